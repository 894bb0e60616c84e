/** From a sentence that says what to do, to the page of the settings where one does it. */
import { createContext, use, type ReactElement } from 'react'
import { useMessages } from '../messages/messages.tsx'
import type { SettingsSection } from './sections.ts'

export const OpenSettings: React.Context<(section?: SettingsSection) => void> = createContext<
  (section?: SettingsSection) => void
>(() => {})

export function FreeSpaceLink(): ReactElement {
  const words = useMessages()
  const open = use(OpenSettings)
  return (
    <button type="button" className="link-button" onClick={() => open('files')}>
      {words.settings.freeSpace}
    </button>
  )
}
