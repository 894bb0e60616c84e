/** Puts Markdown marks around what is selected in a field, or takes them off again. */

export interface Selection {
  readonly text: string
  readonly start: number
  readonly end: number
}

export function toggleMark({ text, start, end }: Selection, mark: string): Selection {
  const { length } = mark
  const inside = text.slice(start, end)
  // A single * beside the selection may be half of a **: that is not italic.
  const around =
    text.slice(start - length, start) === mark &&
    text.slice(end, end + length) === mark &&
    !(mark === '*' && text.slice(start - 2, start) === '**' && text.slice(start - 3, start) !== '***')
  if (around) {
    return {
      text: text.slice(0, start - length) + inside + text.slice(end + length),
      start: start - length,
      end: end - length,
    }
  }
  return {
    text: text.slice(0, start) + mark + inside + mark + text.slice(end),
    start: start + length,
    end: end + length,
  }
}

export function wrapSelection(field: HTMLTextAreaElement, mark: string): void {
  const next = toggleMark({ text: field.value, start: field.selectionStart, end: field.selectionEnd }, mark)
  field.setRangeText(next.text, 0, field.value.length)
  field.setSelectionRange(next.start, next.end)
}
