/** Tabs of one profile share one peer. (signatures first; body follows) */
import type { Chat } from '../chat.ts'

export interface ShareOptions {
  /** Makes the real chat. Called in the tab that leads, again in the next one when that tab goes. */
  readonly createChat: () => Promise<Chat>
  /** Names the Web Lock the leader holds and the BroadcastChannel the tabs talk over. */
  readonly lockName: string
  /** This tab took over but its chat could not be made; it is tried again after a pause. */
  readonly onTakeoverFailed?: ((error: unknown) => void) | undefined
}

/**
 * The chat of this profile: the real one where this tab leads, a mirror of it elsewhere. The object, its rooms and
 * subscriptions stay the same when the leader goes and another tab takes over. Rejects with what `createChat` rejects.
 */
export declare function shareChat(options: ShareOptions): Promise<Chat>
