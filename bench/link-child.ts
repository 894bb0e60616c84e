/** The far end in a process of its own, told what to do by `link.ts`. */
import { createNodePlatform } from './link-node.ts'
import { openParty, type Opening, type Party, Talk, type Way } from './link-party.ts'

export type Command =
  | ({ readonly type: 'open'; readonly way: Way } & Opening)
  | { readonly type: 'signal'; readonly text: string }
  | { readonly type: 'bulk'; readonly on: boolean }
  | { readonly type: 'received' }
  | { readonly type: 'talk'; readonly forMs: number }
  | { readonly type: 'close' }

const platform = createNodePlatform()
let party: Party | undefined
let talk = new Talk()

process.on('message', (command: Command) => {
  switch (command.type) {
    case 'open':
      talk = new Talk()
      party = openParty(platform, command.way, command.offerer, {
        ownSockets: command.ownSockets,
        onSignal: (text) => process.send?.({ type: 'signal', text }),
        onUp: () => process.send?.({ type: 'up' }),
        onPong: (stamp) => talk.onPong(stamp),
      })
      break
    case 'signal':
      party?.signal(command.text)
      break
    case 'bulk':
      party?.bulk(command.on)
      break
    case 'received':
      process.send?.({ type: 'received', bytes: party?.received() ?? 0 })
      break
    case 'talk':
      void talk.with(party as Party, command.forMs).then(
        (roundTrips) => process.send?.({ type: 'talked', roundTrips }),
        (error: unknown) => process.send?.({ type: 'talked', error: String(error) }),
      )
      break
    case 'close':
      party?.close()
      break
  }
})
process.send?.({ type: 'ready' })
