import { answerOrders } from '../suite/answer-orders.ts'
import { NeighbourClients, type NeighbourOrder } from './neighbour-clients.ts'

const clients = new NeighbourClients()
answerOrders<NeighbourOrder>((order) => clients.obey(order))
