// SPDX-License-Identifier: Apache-2.0
// graphql.js ADDRESS PORT RECORDS.json open|protected: an interface of GraphQL Yoga over the tickets of a file.
const { createServer } = require('node:http');
const { readFileSync } = require('node:fs');
const { createSchema, createYoga } = require('graphql-yoga');
const { GraphQLError } = require('graphql');

const [address, port, file, mode] = process.argv.slice(2);
let tickets = JSON.parse(readFileSync(file));
const allowed = (context) => {
  if (mode === 'protected' && context.request.headers.get('authorization') !== 'Bearer correct-horse') {
    throw new GraphQLError('You are not authorized to read tickets', { extensions: { code: 'UNAUTHENTICATED' } });
  }
};
const schema = createSchema({
  typeDefs: `type Ticket { case: ID title: String severity: String }
             type Query { tickets(first: Int): [Ticket!]! ticketCount: Int }
             type Mutation { deleteTickets: Int }`,
  resolvers: {
    Query: {
      tickets: (_, { first }, context) => { allowed(context); return tickets.slice(0, first); },
      ticketCount: (_, args, context) => { allowed(context); return tickets.length; },
    },
    Mutation: { deleteTickets: (_, args, context) => { allowed(context); const count = tickets.length; tickets = []; return count; } },
  },
});
createServer(createYoga({ schema, logging: false })).listen(Number(port), address);
