/** Two-way bytes between two processes that trust each other, in order and without loss until it is cut. */
export interface Link {
  /** Hands bytes over. The link keeps them until the other side has taken them, and must not be given others in their place. */
  send(bytes: Buffer): void
  /** Bytes that the other side has not taken. */
  readonly queuedBytes: number
  /** Cuts it. The listener of each side hears `onClose`. */
  close(): void
  /** Set once, by who uses the link. */
  listener: LinkListener | undefined
}

export interface LinkListener {
  /** The bytes stay as they are. */
  onBytes(bytes: Buffer): void
  /** Everything that was queued has been taken. */
  onDrain(): void
  /** Once; nothing comes afterwards. */
  onClose(): void
}
