/** The data folder, or the machine it is on, cannot be used. The message is one line for whoever starts the server. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError'
}
