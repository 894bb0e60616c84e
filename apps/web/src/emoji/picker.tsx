/** All emoji, searched by word and walked by arrow keys. Loaded when first opened. */
import type { ReactElement } from 'react'
import { EmojiPicker as Frimousse } from 'frimousse'
import { useMessages } from '../messages/messages.tsx'
import { loadEmojiData } from './data.ts'
import './emoji.css'

export default function EmojiPicker({ onPick }: { readonly onPick: (emoji: string) => void }): ReactElement {
  const words = useMessages()
  return (
    <Frimousse.Root
      className="emoji-picker"
      columns={8}
      resolveEmojiData={() => loadEmojiData(words.emoji.groups)}
      onEmojiSelect={({ emoji }) => onPick(emoji)}
    >
      <Frimousse.Search
        className="field emoji-search"
        placeholder={words.emoji.search}
        aria-label={words.emoji.search}
        autoFocus
      />
      <Frimousse.Viewport className="emoji-viewport">
        <Frimousse.Loading className="emoji-note">{words.emoji.loading}</Frimousse.Loading>
        <Frimousse.Empty className="emoji-note">{({ search }) => words.emoji.none(search)}</Frimousse.Empty>
        <Frimousse.List
          className="emoji-list"
          components={{
            CategoryHeader: ({ category, ...rest }) => (
              <div {...rest} className="emoji-group">
                {category.label}
              </div>
            ),
            Row: ({ children, ...rest }) => (
              // frimousse counts rows and columns from 0, ARIA from 1.
              <div {...rest} aria-rowindex={(rest['aria-rowindex'] ?? 0) + 1} className="emoji-row">
                {children}
              </div>
            ),
            Emoji: ({ emoji, ...rest }) => (
              <button
                {...rest}
                type="button"
                role="gridcell"
                aria-colindex={(rest['aria-colindex'] ?? 0) + 1}
                className={`emoji-cell${emoji.isActive ? ' active' : ''}`}
              >
                {emoji.emoji}
              </button>
            ),
          }}
        />
      </Frimousse.Viewport>
    </Frimousse.Root>
  )
}
