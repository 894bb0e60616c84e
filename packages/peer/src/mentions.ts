/**
 * Names somebody is called by in a message: `@` and a name of the room, in the text itself, so that every program shows it.
 *
 * Names may have spaces and are not unique; the longest that fits counts, and whoever bears it is meant. Capitals make no
 * difference.
 */

/** A place in a text, in UTF-16 units, from its `@`. */
export interface Mention {
  readonly start: number
  readonly end: number
  /** As it was written, without the `@`. */
  readonly name: string
}

/** An address, or a further `@`, is nobody’s name. */
const before = /[\p{L}\p{N}_@]$/u
const after = /^[\p{L}\p{N}_]/u
/** Longer than any name that is looked for while one types. */
const maxBegun = 64

/** In the order of the text; none within another. */
export function mentionsIn(text: string, names: readonly string[]): readonly Mention[] {
  const found: Mention[] = []
  if (!text.includes('@')) return found
  const longestFirst = names.filter((name) => name !== '').toSorted((a, b) => b.length - a.length)
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    if (before.test(text.slice(Math.max(0, at - 2), at))) continue
    const name = longestFirst.find((one) => isCalled(text, at + 1, one))
    if (name === undefined) continue
    const end = at + 1 + name.length
    found.push({ start: at, end, name: text.slice(at + 1, end) })
    at = end - 1
  }
  return found
}

/** Whoever is called `name` is meant somewhere in the text. */
export function isMentioned(text: string, name: string): boolean {
  return mentionsIn(text, [name]).length > 0
}

/** What stands between the `@` and the caret, when somebody may be typing a name there. */
export function mentionBegun(
  text: string,
  caret: number,
): { readonly start: number; readonly begun: string } | undefined {
  const start = text.lastIndexOf('@', caret - 1)
  if (start < 0 || caret - start - 1 > maxBegun) return undefined
  const begun = text.slice(start + 1, caret)
  if (begun.includes('\n') || begun.startsWith(' ') || before.test(text.slice(Math.max(0, start - 2), start)))
    return undefined
  return { start, begun }
}

/** The names that go on as `begun` does, also those whose second word does. Whose name is typed to its end needs no help. */
export function namesFor(begun: string, names: readonly string[]): readonly string[] {
  const wanted = begun.toLowerCase()
  const folded = names.map((name) => name.toLowerCase())
  if (wanted.endsWith(' ') && folded.includes(wanted.trimEnd())) return []
  const fits = (name: string): number => {
    const lower = name.toLowerCase()
    return lower === wanted ? 0 : lower.startsWith(wanted) ? 1 : lower.includes(` ${wanted}`) ? 2 : 3
  }
  const fitting = [...new Set(names)]
    .filter((name) => name !== '' && fits(name) < 3)
    .toSorted((a, b) => fits(a) - fits(b))
  return fitting.some((name) => fits(name) > 0) ? fitting : []
}

function isCalled(text: string, at: number, name: string): boolean {
  const end = at + name.length
  return text.slice(at, end).toLowerCase() === name.toLowerCase() && !after.test(text.slice(end, end + 2))
}
