/** How a members room is called where nobody may learn its id. */
import { label } from '../codec/bytes.ts'
import { formatHex } from '../codec/text.ts'
import type { Crypto } from '../crypto/crypto.ts'
import type { KeeperTicket } from '../keepers/keeper-ticket.ts'
import type { RoomName } from '../rooms/keys.ts'

/** How a members room is called in stores and cards: the beginning of its id. */
export function membersRoomName(crypto: Pick<Crypto, 'sha256'>, roomId: Uint8Array): RoomName {
  const short = roomId.slice(0, 16)
  return { roomId: short, id: formatHex(short), tag: crypto.sha256(label('kith1/members/tag'), roomId).slice(0, 8) }
}

/** The same for a keeper, which knows the room by its ticket. */
export function keptRoomName(crypto: Pick<Crypto, 'sha256'>, { roomId, lobbyKey, members }: KeeperTicket): RoomName {
  if (members !== undefined) return membersRoomName(crypto, members.room)
  return { roomId, id: formatHex(roomId), tag: lobbyKey.subarray(0, 8) }
}
