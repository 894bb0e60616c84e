/** Light, dark, or as the system has it. */
import { useState, type ReactElement } from 'react'
import { keepTheme, readTheme, themes, type Theme } from '../app/theme.ts'
import { useMessages } from '../messages/messages.tsx'

export function Look(): ReactElement {
  const say = useMessages().settings
  const [theme, setTheme] = useState<Theme>(readTheme)
  return (
    <fieldset className="setting">
      <legend className="setting-name">{say.theme}</legend>
      <div className="choices">
        {themes.map((choice) => (
          <label key={choice} className="choice">
            <input
              type="radio"
              name="theme"
              checked={theme === choice}
              onChange={() => {
                setTheme(choice)
                keepTheme(choice)
              }}
            />
            <span>{say.themes[choice]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
