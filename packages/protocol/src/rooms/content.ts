/**
 * What a member can say in an entry, once decrypted.
 *
 * Targets are entry ids (32 bytes): a reply, edit, delete or reaction names what it is about, whatever order they
 * arrive in.
 */
export type Content =
  | { readonly type: 'text'; readonly text: string; readonly replyTo?: Uint8Array | undefined }
  | { readonly type: 'edit'; readonly target: Uint8Array; readonly text: string }
  | { readonly type: 'delete'; readonly target: Uint8Array }
  | { readonly type: 'reaction'; readonly target: Uint8Array; readonly emoji: string; readonly on: boolean }
  | { readonly type: 'profile'; readonly name: string }
