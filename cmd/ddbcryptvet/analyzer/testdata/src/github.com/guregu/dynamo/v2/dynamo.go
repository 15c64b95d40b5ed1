// Package dynamo is a stub of guregu's.
package dynamo

import "context"

type (
	DB         struct{}
	Table      struct{}
	Put        struct{}
	BatchWrite struct{}
)

func NewFromIface(any) *DB { return nil }

func (*DB) Table(string) Table                             { return Table{} }
func (Table) Put(any) *Put                                 { return nil }
func (Table) Batch() *BatchWrite                           { return nil }
func (*Put) Run(context.Context) error                     { return nil }
func (b *BatchWrite) Put(...any) *BatchWrite               { return b }
func (b *BatchWrite) PutIn(Table, ...any) *BatchWrite      { return b }
func (*BatchWrite) Run(context.Context) (n int, err error) { return 0, nil }
