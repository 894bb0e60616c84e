/** Puts the app into the page. Shared by the real entry and the one with fixtures. */
import { StrictMode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import type { Chat } from '@kith/peer'
import { chooseLocale, loadMessages, MessagesContext } from '../messages/messages.tsx'
import { App } from './app.tsx'
import { Boundary } from './boundary.tsx'
import { applyTheme, readTheme } from './theme.ts'
import '../styles/tokens.css'
import '../styles/base.css'

export async function mount(element: HTMLElement, chat: Chat, relay: string | undefined): Promise<Root> {
  applyTheme(readTheme())
  const words = await loadMessages(chooseLocale(navigator.languages))
  document.documentElement.lang = words.locale
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
