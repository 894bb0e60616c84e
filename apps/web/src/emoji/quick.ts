/** Six reactions one press away; everything else is in the picker. */
export const quickEmoji: readonly string[] = ['👍', '❤️', '😂', '😮', '😢', '🎉']
