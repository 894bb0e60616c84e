/** Puts the app into the page. Shared by the real entry and the one with fixtures. */
import { StrictMode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import type { Chat, Opener, PasskeyRef } from '@kith/peer'
import { chooseLocale, loadMessages, MessagesContext, type Messages } from '../messages/messages.tsx'
import { App } from './app.tsx'
import { en } from '../messages/en.ts'
import { Boundary, NoChat } from './boundary.tsx'
import { Unlock } from '../start/unlock.tsx'
import { applyTheme, readTheme } from './theme.ts'
import '../styles/tokens.css'
import '../styles/base.css'
import '../styles/contrast.css'

export async function mount(element: HTMLElement, chat: Chat, relay: string | undefined): Promise<Root> {
  const words = await prepare()
  const root = createRoot(element)
  root.render(
    <StrictMode>
      <MessagesContext value={words}>
        <Boundary>
          <App chat={chat} relay={relay} />
        </Boundary>
      </MessagesContext>
    </StrictMode>,
  )
  return root
}

/** Shows the unlock page until `open` resolves, and answers what it resolved with. */
export async function askPassphrase(
  element: HTMLElement,
  open: (opener?: Opener) => Promise<Chat>,
  passkey?: PasskeyRef,
): Promise<Chat> {
  const words = await prepare()
  const root = createRoot(element)
  return new Promise((resolve) => {
    let turn: Promise<unknown> = Promise.resolve()
    let isOpen = false
    // One after another: two at once would both want to run the chat.
    const tryOpen = (opener?: Opener): Promise<void> => {
      const tried = turn.then(async () => {
        if (isOpen) return
        const chat = await open(opener)
        isOpen = true
        root.unmount()
        resolve(chat)
      })
      turn = tried.catch(() => undefined)
      return tried
    }
    root.render(
      <StrictMode>
        <MessagesContext value={words}>
          <Boundary>
            <Unlock open={tryOpen} passkey={passkey} />
          </Boundary>
        </MessagesContext>
      </StrictMode>,
    )
  })
}

/** Says why there is no chat. */
export async function mountNoChat(element: HTMLElement, reason: unknown): Promise<void> {
  const words = await prepare().catch(() => en)
  createRoot(element).render(
    <MessagesContext value={words}>
      <NoChat reason={reason} />
    </MessagesContext>,
  )
}

async function prepare(): Promise<Messages> {
  applyTheme(readTheme())
  const words = await loadMessages(chooseLocale(navigator.languages))
  document.documentElement.lang = words.locale
  return words
}
