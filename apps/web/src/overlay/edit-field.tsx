/** A text field that saves when it is left or Enter is pressed: no save button, nothing to forget. */
import { useId, useState, type ReactElement } from 'react'

interface EditFieldProps {
  readonly label: string
  readonly hint: string
  readonly value: string
  readonly placeholder?: string
  readonly maxLength: number
  /** An empty answer is put back to what it was. */
  readonly required?: boolean
  readonly onSave: (value: string) => void
}

export function EditField(props: EditFieldProps): ReactElement {
  const { label, hint, value, placeholder, maxLength, required = false, onSave } = props
  const id = useId()
  const [text, setText] = useState(value)
  const save = (): void => {
    const tidy = text.replace(/\s+/g, ' ').trim()
    if (required && tidy === '') return setText(value)
    setText(tidy)
    if (tidy !== value) onSave(tidy)
  }
  return (
    <form
      className="setting"
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <label htmlFor={id} className="setting-name">
        {label}
      </label>
      <input
        id={id}
        className="field"
        value={text}
        placeholder={placeholder}
        maxLength={maxLength}
        aria-describedby={`${id}-hint`}
        autoComplete="off"
        enterKeyHint="done"
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={save}
      />
      <p id={`${id}-hint`} className="setting-hint">
        {hint}
      </p>
    </form>
  )
}
