/** What was found when the start was made faster: medians of five starts or more, in turns with the bare server's. */
export const startNotes = `## What a start is made of

CPU time of the process until its first right answer, where the bare server takes 320 ms. Each line has all those above it:

| measure | CPU ms |
| --- | ---: |
| modules read one by one | 2,470 |
| one bundle of the program and its packages, with the code that V8 compiled of it when it was built | 1,220 |
| type-graphql's check, an introspection of the schema, left to the build; shield's middleware put on the schema in its place, where graphql-middleware makes the schema anew; REST operations, their serializers and the OpenAPI documents compiled at their first request | 1,000 |
| the REST dialect made in one pass over the types, where mapSchema takes several; documents that the build has found to fit not validated again; pg kept from loading Node's fetch to find out where it runs | 770 |
| parameters, feeds and outputs of REST operations found out at their first request | 600 |
| V8 does not optimize while a start runs; the bundle without its white space | 400 |
| the worker begins half a second later | 380 |

The database is asked in turns with putting the gateway together, in a third of the statements: that takes no CPU time off, but the waiting. With less code, garbage
and optimized code, 50 MB less are in memory, and 70 less at most.

What did not help enough: \`--max-semi-space-size=4\` takes 10 MB off the idle process and 20 off the peak, but would have to stand in every command line, because the kept
code holds for the options that it was made with; \`--min-semi-space-size=16\` and \`--single-threaded-gc\` are within the noise; the bundler's own way to keep names costs each
call that makes a function.
`;

/** What was found when requests were last made faster, with the same cases on this bench's data: figures that this run does not repeat. */
export const requestNotes = `## What a request is made of

CPU time of the gateway's process for a request, in milliseconds: the build before what stands below, this one, and the bare server, in turns in one run, medians of 9 rounds of
one second; the gateways without a worker.

| case | before | after | bare |
| --- | ---: | ---: | ---: |
| one org by id, REST | 0.175 | 0.119 | 0.082 |
| one org by id, GraphQL | 0.246 | 0.212 | 0.083 |
| 50 orgs with 10 members each | 5.31 | 4.68 | 1.77 |
| a change with its audit entry | 1.24 | 1.20 | 0.16 |

- **An answer is freed when it was sent.** pg's promises and its \`query_timeout\` (a timer a statement) kept each answer until the next full collection: of 1.9 MB
  that the list in a list takes, 0.5 MB outlived it; 0.35 MB still do. Statements are asked by callback now, and the socket's own timer tells that no
  answer comes.
- **The context of a request is made member by member.** To spread the platform's members into it and to add ten took 8.6 kB and 13 µs; a literal of all of them takes 1 kB
  and 0.1 µs.
- **Cursors are read where they are asked for**: two columns less of nine in the list in a list.
- **An entry and its snapshots are one statement**: a change takes 5.4 in place of 6.5, and a tenth more of them are made in a second; CPU is hardly saved.
- Hosts are parsed once; CORS headers are thought about where origins are configured; log lines are written 16 kB at a time; GraphQL answers are not copied to add a newline.

Of what is left of the REST read, a fourth is its handler (parameters, execution, serializing), a sixth the sending, an eighth the statements (one for every four
requests, see \`src/db/together.ts\`), a twelfth the log line, a twentieth the collector. Of GraphQL's, more than a third is Apollo Server's.

What did not help enough: 64 MB of young generation (8% of the list in a list, for 80 MB); one statement of a kind on its way and not two (the same); DataLoader without its cache (the same);
no pretenuring (the same).
`;
