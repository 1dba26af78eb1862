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
and optimized code, 50 MB less are in memory, and 70 less at most. The young generation does not grow while a start runs, which takes another 15 MB off: what a start
makes is there to stay, and V8 takes what survives for a reason to have more room. It grows as ever under load.

What did not help enough: \`--max-semi-space-size=4\` takes 10 MB off the idle process and 20 off the peak, but would have to stand in every command line, because the kept
code holds for the options that it was made with; \`--min-semi-space-size=16\` and \`--single-threaded-gc\` are within the noise; the bundler's own way to keep names costs each
call that makes a function.
`;

/** What was found when requests were made faster, with the same cases on this bench's data: figures that this run does not repeat. */
export const requestNotes = `## What a request is made of

CPU time of the gateway's process for a request, in milliseconds: the build before what stands first below, this one, and the bare server, in turns in one run, medians of 9 rounds
of one second; the gateways without a worker.

| case | before | after | bare |
| --- | ---: | ---: | ---: |
| one org by id, REST | 0.120 | 0.117 | 0.074 |
| one org by id, GraphQL | 0.254 | 0.200 | 0.103 |
| 50 orgs with 10 members each | 4.31 | 3.20 | 1.69 |
| a change with its audit entry | 1.21 | 0.90 | 0.18 |

**What a request makes dies with it**: what the list in a list left behind for full collections went from 0.47 MB a request to 0.07, which is what the bare
server leaves. A collector that copies what lives is as slow as much lives, and there were four causes. They were found by asking which objects
survive a collection of young ones, and by trying each pattern alone:

- V8 makes the accessors of an object literal (\`get cursors() { … }\`) in its old generation, anew for each object, with all that they close over. Pages and connections had such;
  they are classes now.
- Apollo Server makes two for each request that it runs through a gateway. Operations run in a plugin's hook now, \`responseForOperation\`; its copies of the request are not made
  either.
- V8 makes a function there too that is assigned to a property where it is written, as pg does for each promise of an answer. Statements are asked by callback, and the
  socket's own timer tells that no answer comes.
- V8 makes what a place in the code makes there once much of it has survived, as it does where many requests are under way. The start sets
  \`--no-allocation-site-pretenuring\`; alone, this changes nothing.

Earlier:

- **The context of a request is made member by member.** To spread the platform's members into it and to add ten took 8.6 kB and 13 µs; a literal of all of them takes 1 kB
  and 0.1 µs. Apollo copies what it is given, and is given three members.
- **Cursors are read where they are asked for**: two columns less of nine in the list in a list; and so is the row that tells whether a page follows.
- **An entry and its snapshots are one statement**: a change takes 5.4 in place of 6.5. Its text is a constant, and what a change reads back is found out once for a document.
- Hosts are parsed once; CORS headers are thought about where origins are configured; log lines are written 16 kB at a time; GraphQL answers are not copied to add a newline.

What is left of the list in a list is a fifth reading rows, an eighth writing JSON, a tenth type-graphql's and DataLoader's promises, a fourteenth the collector. The REST read
is an eighth the sending, and nothing else is more than a fifteenth: its requests wait for each other's statements (one for every four, see \`src/db/together.ts\`).

What did not help enough: 64 MB of young generation; one statement of a kind on its way and not two; DataLoader without its cache; long answers as bytes and not as text.
`;
