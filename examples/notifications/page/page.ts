import { showInbox } from './inbox.ts'

const login = document.querySelector<HTMLFormElement>('#login')!
const remembered = sessionStorage.getItem('user')

if (remembered === null) login.addEventListener('submit', signIn)
else open(remembered)

function signIn(event: SubmitEvent): void {
  event.preventDefault()
  const user = (event.submitter as HTMLButtonElement).value
  // For this tab: another one may be somebody else.
  sessionStorage.setItem('user', user)
  open(user)
}

function open(user: string): void {
  login.hidden = true
  document.querySelector<HTMLElement>('#inbox')!.hidden = false
  showInbox(user as Parameters<typeof showInbox>[0])
}
