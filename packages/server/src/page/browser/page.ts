import { startChannelAddress } from './channel-address.ts'
import { startConsole } from './console.ts'
import { startCopyButtons } from './copy-button.ts'
import { startMessageLists } from './message-lists.ts'
import { startDeepLinks, startFilter, startScrollSpy } from './navigation.ts'
import { startThemeToggle } from './theme-toggle.ts'

startThemeToggle()
startCopyButtons()
startFilter()
for (const section of document.querySelectorAll<HTMLElement>('[data-channel]')) {
  const address = startChannelAddress(section)
  startMessageLists(section)
  startConsole(section, address)
}
startDeepLinks()
startScrollSpy()
