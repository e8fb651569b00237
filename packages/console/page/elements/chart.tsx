import { useEffect, useRef, type ReactElement } from 'react'
import uPlot from 'uplot'
import { usePaintedTheme } from '../app/theme.ts'
import { clock } from './format.ts'

/** One line of a chart. */
interface Series {
  readonly label: string
  /** As long as the times; null where nothing is known. */
  readonly values: readonly (number | null)[]
}

interface ChartProps {
  readonly title: string
  /** Seconds since the Unix epoch, rising. */
  readonly times: readonly number[]
  /** At most four. */
  readonly series: readonly Series[]
  readonly format: (value: number | null | undefined) => string
  /** Sizes have their round numbers at powers of two. */
  readonly isBinary?: boolean
}

const HEIGHT_PX = 150
/** A chart that has just begun fills from its end. */
const SHORTEST_S = 60
const BINARY_STEPS = Array.from({ length: 44 }, (_, power) => 2 ** power)

/** Lines over time. The newest values stand above as text, so that the picture is not needed to read them. */
export function Chart({ title, times, series, format, isBinary = false }: ChartProps): ReactElement {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const theme = usePaintedTheme()
  const labels = series.map(({ label }) => label).join('\n')
  const formatter = useRef(format)
  formatter.current = format
  useEffect(() => {
    const element = box.current as HTMLDivElement
    const width = element.clientWidth
    const chart = new uPlot(
      options(element, labels.split('\n'), { width, isBinary, format: (value) => formatter.current(value) }),
      [[], ...labels.split('\n').map(() => [])],
      element,
    )
    plot.current = chart
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) chart.setSize({ width: element.clientWidth, height: HEIGHT_PX })
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      chart.destroy()
      plot.current = undefined
    }
    // Colours are read when it is made.
  }, [labels, theme, isBinary])
  useEffect(() => {
    plot.current?.setData([times as number[], ...series.map(({ values }) => values as (number | null)[])])
  }, [times, series, labels, theme, isBinary])
  const newest = series.map(({ label, values }) => `${label} ${format(values.at(-1))}`).join(', ')
  return (
    <figure className="panel chart">
      <figcaption>
        <h2>{title}</h2>
        {series.map(({ label, values }, index) => (
          <span key={label} className="key">
            <i className={`s${index + 1}`} />
            {label} <b>{format(values.at(-1))}</b>
          </span>
        ))}
      </figcaption>
      <div ref={box} className="plot" role="img" aria-label={`${title} over time: now ${newest}`} />
    </figure>
  )
}

function options(
  element: HTMLElement,
  labels: readonly string[],
  {
    width,
    isBinary,
    format,
  }: { readonly width: number; readonly isBinary: boolean; readonly format: (value: number) => string },
): uPlot.Options {
  const style = getComputedStyle(element)
  const colour = (name: string): string => resolved(element, style.getPropertyValue(name))
  const muted = colour('--muted')
  const line = colour('--line')
  const font = `11px ${style.fontFamily}`
  const axis = { stroke: muted, font, grid: { stroke: line, width: 1 }, ticks: { show: false } }
  return {
    width,
    height: HEIGHT_PX,
    padding: [8, 28, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: {
      x: { time: true, range: (_plot, min, max) => [Math.min(min, max - SHORTEST_S), max] },
      y: { range: (_plot, _min, max) => [0, niceMax(max)] },
    },
    axes: [
      { ...axis, size: 26, gap: 8, space: 80, values: (_plot, splits) => splits.map(timeLabel) },
      // As wide as its widest label may be: a chart whose numbers grow must not move.
      {
        ...axis,
        ...(isBinary ? { incrs: BINARY_STEPS } : {}),
        size: 62,
        gap: 6,
        space: 32,
        values: (_plot, splits) => splits.map(format),
      },
    ],
    series: [
      {},
      ...labels.map((label, index) => ({
        label,
        stroke: colour(`--series-${index + 1}`),
        width: 1.5,
        points: { show: false },
        ...(labels.length === 1 ? { fill: `color-mix(in srgb, ${colour('--series-1')} 12%, transparent)` } : {}),
      })),
    ],
    plugins: [tooltip(labels, format)],
  }
}

/** `light-dark()` is for stylesheets: a canvas needs the one colour that it comes to. */
function resolved(element: HTMLElement, value: string): string {
  const probe = document.createElement('i')
  probe.style.color = value
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function timeLabel(seconds: number): string {
  return clock(seconds * 1_000)
}

function niceMax(max: number | null): number {
  if (max === null || max <= 0) return 1
  return max * 1.1
}

/** What the lines are where the pointer is. */
function tooltip(labels: readonly string[], format: (value: number) => string): uPlot.Plugin {
  const box = document.createElement('div')
  box.className = 'tooltip'
  box.hidden = true
  return {
    hooks: {
      init: (plot) => {
        plot.over.append(box)
      },
      setCursor: (plot) => {
        const { idx, left = -1 } = plot.cursor
        box.hidden = idx === null || idx === undefined || left < 0
        if (box.hidden) return
        const index = idx as number
        const lines = labels.map((label, at) => {
          const value = plot.data[at + 1]?.[index]
          return `${label} ${value === null || value === undefined ? '–' : format(value)}`
        })
        box.textContent = [timeLabel(plot.data[0][index] as number), ...lines].join('\n')
        const isRight = left > plot.over.clientWidth / 2
        box.style.left = isRight ? '' : `${left + 12}px`
        box.style.right = isRight ? `${plot.over.clientWidth - left + 12}px` : ''
      },
    },
  }
}
