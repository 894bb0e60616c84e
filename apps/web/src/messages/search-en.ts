/** The words of the search, in English. */
import { formats } from './format.ts'

const { plural } = formats('en')

export const searchEn = {
  title: 'Search this room',
  label: 'Words to look for',
  placeholder: 'Words, a name, a file',
  /** Before anything is typed. */
  hint: 'Everything is looked through on this device. Nobody is asked, and nobody learns of it.',
  looking: 'Looking…',
  none: (query: string): string => `Nothing here says “${query}”.`,
  noneMissing: 'Some messages of this room are not on this device yet. Try again when they have come.',
  found: (count: number): string => plural(count, { one: '1 message', other: '# messages' }),
  foundMore: (count: number): string =>
    plural(count, { one: '1 message, and there may be more', other: 'The newest # messages' }),
  more: 'Look further back',
}

export type SearchMessages = typeof searchEn
