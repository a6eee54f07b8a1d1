/** The data folder or the machine cannot be used. The message is one line for the person who starts the server. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError'
}
