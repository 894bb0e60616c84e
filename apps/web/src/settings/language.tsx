/** In which language one reads. The page is loaded again in it: its words are everywhere. */
import type { ReactElement } from 'react'
import { keepLanguage, keptLanguage } from '../messages/kept-language.ts'
import { languages, useMessages } from '../messages/messages.tsx'

const auto = 'auto'

export function Language(): ReactElement {
  const say = useMessages().settings
  return (
    <label className="setting language">
      <span className="setting-name">{say.language}</span>
      <select
        className="field"
        defaultValue={keptLanguage() ?? auto}
        onChange={(event) => {
          const { value } = event.currentTarget
          keepLanguage(value === auto ? undefined : value)
          window.location.reload()
        }}
      >
        <option value={auto}>{say.languageAuto}</option>
        {Object.entries(languages).map(([language, name]) => (
          <option key={language} value={language} lang={language}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
