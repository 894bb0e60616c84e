/** Every public name of the protocol. */
export * from './machine.ts'
export * from './codec/bytes.ts'
export * from './codec/text.ts'
export * from './codec/utf8.ts'
export { Reader } from './codec/reader.ts'
export { Writer } from './codec/writer.ts'
export type { Crypto, KeyPair } from './crypto/crypto.ts'
export { createNobleCrypto } from './crypto/noble.ts'
export { nobleSha256 } from './crypto/noble-sha256.ts'
export { precheckSignature, verifyStrict } from './crypto/verify.ts'
export * from './crypto/hpke.ts'
export * from './crypto/pake.ts'
export {
  type Extension,
  type Statement,
  type StatementBody,
  type StatementRejection,
  type StatementType,
  decodeStatement,
  extensionOf,
  extensionTypes,
  isSigned,
  maxStatementBytes,
  openStatement,
  signStatement,
  statementId,
} from './identity/statement.ts'
export * from './identity/chain.ts'
export * from './identity/revocation.ts'
export * from './identity/session.ts'
export * from './identity/fingerprint.ts'
export * from './identity/root.ts'
export * from './identity/proof.ts'
export * from './identity/attesting.ts'
export * from './identity/safety-number.ts'
export * from './identity/whisper.ts'
export * from './identity/device-code.ts'
export * from './identity/device-whisper.ts'
export * from './identity/sas.ts'
export * from './identity/acquaintance.ts'
export * from './link/link.ts'
export * from './link/link-io.ts'
export * from './link/handshake.ts'
export {
  type Priority,
  firstBulkPriority,
  frameCost,
  maxFrameBytes,
  maxFramePayloadBytes,
  maxPayloadBytes,
} from './link/frames.ts'
export { maxQueuedBytes, maxQueuedPayloads } from './link/scheduler.ts'
export { maxWindowBytes, startWindowBytes, targetDelayMs } from './link/flow.ts'
export { maxQueuedMs, slowRecoveryMs } from './link/slow.ts'
export { readSdpFingerprint } from './link/sdp.ts'
export { equalSecrets } from './crypto/compare.ts'
export { type ChachaKey, xchachaToChacha } from './crypto/xchacha.ts'
export { minPaddedBytes, paddedLength } from './crypto/padding.ts'
export * from './discovery/rendezvous.ts'
export * from './discovery/announcement.ts'
export * from './discovery/signal.ts'
export * from './relay/client.ts'
export * from './relay/server.ts'
export { type Rate, type RelayLimits, relayLimits } from './relay/limits.ts'
export * from './relay/receipt.ts'
export { decodeRequest, encodeRequest, type Request as RelayRequest, type RequestKind } from './relay/request.ts'
export { type Answer as RelayAnswer, answerKinds, decodeAnswer, encodeAnswer } from './relay/answer.ts'
export {
  closeCodeOf,
  closeGoingAway,
  isEntranceProof,
  proveEntrance,
  type RelayCode,
  relayCodes,
  relayHost,
  relayVersion,
} from './relay/wire.ts'
export * from './log/limits.ts'
export * from './log/entry.ts'
export * from './log/change.ts'
export * from './log/fork.ts'
export * from './log/log.ts'
export * from './log/page.ts'
export type { Chain as LogChain } from './log/chain.ts'
export type { Range } from './log/ranges.ts'
export type { ExchangeOutput, History, PageToken } from './sync/streams.ts'
export * from './sync/sync.ts'
export { syncTags } from './sync/wire.ts'
export type { Slice } from './sync/wire.ts'
export * from './blobs/layout.ts'
export * from './blobs/merkle.ts'
export * from './blobs/seal.ts'
export { Bits } from './blobs/bits.ts'
export * from './blobs/auto-fetch.ts'
export * from './blobs/eviction.ts'
export type * from './blobs/jobs.ts'
export type { BlobProgress, BlobState, BlobTrouble } from './blobs/progress.ts'
export * from './rooms/content.ts'
export * from './rooms/manifest.ts'
export * from './rooms/keys.ts'
export { type Pin, maxPins } from './rooms/pins.ts'
export * from './rooms/room.ts'
export {
  type Posted,
  type Received,
  type RoomCounts,
  type RoomPlan,
  type RoomResult,
  verifyAll,
} from './rooms/room-result.ts'
export type { Me } from './rooms/session-writer.ts'
export type { PostRefusal } from './rooms/post-rules.ts'
export * from './rooms/room-link.ts'
export * from './rooms/timeline.ts'
export type * from './engine/effects.ts'
export type * from './engine/input.ts'
export type * from './engine/membership-io.ts'
export type * from './engine/map.ts'
export type * from './engine/output.ts'
export { Engine } from './engine/engine.ts'
export type * from './engine/options.ts'
export * from './keepers/keeper-ticket.ts'
export type { KeeperHoldings } from './engine/keeping.ts'
export { blobLifeMs } from './keepers/kept-blobs.ts'
export { maxNameBytes, maxWhisperBytes } from './gossip/wire.ts'
export * from './members/invite.ts'
export { type Founded, type Founder, foundRoom, foundingSaltBytes } from './members/founding.ts'
export { Membership, type Saying } from './members/membership.ts'
export { Epochs, type LobbyKeys } from './members/epochs.ts'
export { drawMembership } from './members/drawing.ts'
export * from './members/operation.ts'
export * from './members/operation-body.ts'
export * from './members/policy.ts'
export type * from './members/snapshot.ts'
export { type EdgeRule, type EdgeSources, type VouchMethod, type Voucher, edgesOf } from './members/edges.ts'
export { parsePin, pinDigits, pinLifeMs, maxPinTries } from './members/pin.ts'
export type { AtDoor } from './members/door.ts'
export type { ArrivalState } from './members/arrival.ts'
export type { AdmissionRefusal } from './members/admission-wire.ts'
