/** What the service worker tells a page of a press on a notification, and what the notification itself carries. */
export interface ToldClick {
  /** Id of a room, which lets nobody in. */
  readonly room: string
}
