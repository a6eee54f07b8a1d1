import { answerOrders } from '../suite/answer-orders.ts'
import { SignInClients, type SignInOrder } from './sign-in-clients.ts'

const clients = new SignInClients()
answerOrders<SignInOrder>((order) => clients.obey(order))
