/** The shape of a catalogue: what every language has words for. English is the measure. */
import type { EnglishMessages } from './en.ts'
import type { FileMessages } from './files-en.ts'
import type { IdentityMessages } from './identity-en.ts'
import type { KeepersMessages } from './keepers-en.ts'
import type { MapMessages } from './map-en.ts'
import type { MembersMessages } from './members-en.ts'
import type { NotifyMessages } from './notify-en.ts'
import type { SearchMessages } from './search-en.ts'

/** What a language brings besides: in English these come with the pages that need them. */
export interface MessageParts {
  readonly files: FileMessages
  readonly identity: IdentityMessages
  readonly keepers: KeepersMessages
  readonly map: MapMessages
  readonly members: MembersMessages
  readonly notify: NotifyMessages
  readonly search: SearchMessages
}

export type Messages = EnglishMessages & { readonly parts?: MessageParts }
