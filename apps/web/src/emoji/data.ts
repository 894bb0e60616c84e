/** The emoji list in the shape frimousse reads, from emojibase data that is served with the app: nothing is fetched elsewhere. */
import type { EmojiData } from 'frimousse'
import type { Messages } from '../messages/messages.tsx'

interface EmojibaseEntry {
  readonly emoji: string
  readonly label: string
  readonly tags?: readonly string[]
  readonly group?: number
  readonly version: number
}

/** Newer ones are boxes on systems that are a few years old. */
const newestVersion = 15

export async function loadEmojiData(groups: Messages['emoji']['groups']): Promise<EmojiData> {
  const { default: entries } = (await import('emojibase-data/en/data.json')) as unknown as {
    default: readonly EmojibaseEntry[]
  }
  const categories = Object.entries(groups).map(([index, label]) => ({ index: Number(index), label }))
  const known = new Set(categories.map(({ index }) => index))
  return {
    locale: 'en',
    categories,
    emojis: entries
      .filter(({ group, version }) => group !== undefined && known.has(group) && version <= newestVersion)
      .map(({ emoji, label, tags, group, version }) => ({
        emoji,
        label,
        tags: [...(tags ?? [])],
        category: group ?? 0,
        version,
      })),
    skinTones: { light: '', 'medium-light': '', medium: '', 'medium-dark': '', dark: '' },
  }
}
