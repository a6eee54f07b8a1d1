import { answerOrders } from '../suite/answer-orders.ts'
import { UploadClients, type UploadOrder } from './upload-clients.ts'

const clients = new UploadClients()
answerOrders<UploadOrder>((order) => clients.obey(order))
