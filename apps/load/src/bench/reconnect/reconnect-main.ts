import { answerOrders } from '../suite/answer-orders.ts'
import { ReconnectClients, type ReconnectOrder } from './reconnect-clients.ts'

const clients = new ReconnectClients()
answerOrders<ReconnectOrder>((order) => clients.obey(order))
