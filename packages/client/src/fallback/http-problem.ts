import type { ProtocolProblem } from '@hydrant/protocol'

/** An answer that refuses. */
export class HttpProblem extends Error {
  readonly problem: ProtocolProblem

  constructor(problem: ProtocolProblem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** The problem object of an answer (RFC 9457), or one made of its status when something between answered. */
export async function problemOf(response: Response): Promise<ProtocolProblem> {
  const { status, statusText } = response
  const text = await response.text().catch(() => '')
  try {
    const problem = JSON.parse(text) as ProtocolProblem
    if (typeof problem.code === 'string') return problem
  } catch {
    // Not ours.
  }
  return {
    type: 'about:blank',
    title: statusText,
    status,
    detail: `HTTP ${status} ${statusText}`,
    code: status === 401 ? 'unauthenticated' : 'unavailable',
  }
}
