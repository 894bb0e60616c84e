/** What came of something that was typed. */
import type { Room } from '@kith/peer'
import type { Row } from './screen/layout.ts'

export type Outcome =
  | { readonly type: 'nothing' }
  | { readonly type: 'hint'; readonly text: string }
  /** Something to read. */
  | { readonly type: 'text'; readonly title: string; readonly text: string }
  /** Something to read that is drawn anew for every width. */
  | { readonly type: 'rows'; readonly title: string; readonly rows: (columns: number) => readonly Row[] }
  | { readonly type: 'invite'; readonly link: string }
  | { readonly type: 'go'; readonly room: Room }
  | { readonly type: 'showHistory' }
  | { readonly type: 'showUnread' }
  /** For the clipboard of whoever looks at the terminal. */
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'exit' }

/** What a command about who somebody is came to. */
export type IdentityOutcome =
  | { readonly type: 'hint'; readonly text: string }
  | { readonly type: 'text'; readonly title: string; readonly text: string }
