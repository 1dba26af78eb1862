// jest asks for a hundred frames of each error and maps every one to its source: for the refusals that tests provoke by the thousand that
// is a tenth of their time. A failure is told as well by the frames that Node itself would keep.
Error.stackTraceLimit = 10;
