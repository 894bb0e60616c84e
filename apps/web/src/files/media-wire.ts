/** What the service worker and the page say to each other about a film or sound that is being played. */

/** Under the app's own address; nothing of it ever reaches a server. */
export const mediaPath = 'playing/'

export interface MediaQuestion {
  readonly type: 'mediaWanted'
  readonly root: string
  readonly from: number
  readonly length: number
}

export type MediaAnswer =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly size: number; readonly type: string }
  | { readonly ok: false }
