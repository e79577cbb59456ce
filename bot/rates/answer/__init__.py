"""From a query and the ledger to answers."""
