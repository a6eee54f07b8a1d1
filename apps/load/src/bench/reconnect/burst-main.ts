import { answerOrders } from '../suite/answer-orders.ts'
import { BurstClients, type BurstOrder } from './burst-clients.ts'

const clients = new BurstClients()
answerOrders<BurstOrder>((order) => clients.obey(order))
