package mapper

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

// Op is one operation of a transaction: [Mapper.PutOp], [Mapper.DeleteOp] or
// [Mapper.Check]; or something about the whole of it: [IdempotencyToken] or
// [ClientOptions].
type Op interface{ applyToTransaction(*transaction) }

// transaction is what is to be prepared.
type transaction struct {
	ops    []*op
	token  *string
	client []func(*dynamodb.Options)
}

// op is one write of a transaction.
type op struct {
	db       DynamoDB
	table    string // name or ARN
	keyNames []string
	fail     func(crypto.Item, error) *Error
	// make returns the write, and what is to be done when it was done.
	make func(ctx context.Context) (write, error)
}

// write is one action of a transaction, with the client that encrypts it.
type write struct {
	guard
	client *client.Client
	item   types.TransactWriteItem
	key    crypto.Item
	done   func()
}

func (o *op) applyToTransaction(t *transaction) { t.ops = append(t.ops, o) }

func (o CallOption) applyToTransaction(t *transaction) {
	var c callOptions
	o.change.apply(&c)
	t.client = append(t.client, c.client...)
}

type tokenOp string

func (o tokenOp) applyToTransaction(t *transaction) { t.token = aws.String(string(o)) }

// IdempotencyToken gives a transaction a token, of 1 to 36 characters: if it was done
// within ten minutes before, it is not done again. The same means the same bytes, and
// encryption is random: [Transact] with the token of another call is refused by
// DynamoDB, unless nothing in it is encrypted. Prepare the transaction once, and run it
// again ([PrepareTransaction]).
func IdempotencyToken(token string) Op { return tokenOp(token) }

func (m *core) newOp(name string, make func(context.Context) (write, error)) *op {
	return &op{db: m.db, table: m.table, keyNames: m.keyNames, make: make,
		fail: func(key crypto.Item, err error) *Error { return m.failItem(name, key, err) }}
}

// PutOp writes the whole item of a value, with the conditions of [Mapper.Save]. The
// value is encoded, and its BeforeSave called, when the transaction is prepared; its
// version moves when the transaction was done.
func (m *Mapper[T]) PutOp(value *T, options ...OpOption) Op {
	return m.core.putOp(pointer(value), optionsOf(options, OpOption.applyToOp))
}

func (m *core) putOp(value any, o callOptions) Op {
	return m.newOp("PutOp", func(ctx context.Context) (write, error) {
		p, err := m.newPut(ctx, value, &o)
		if err != nil {
			return write{}, err
		}
		put := &types.Put{TableName: &m.table, Item: p.item, ReturnValuesOnConditionCheckFailure: p.returnsItem()}
		put.ConditionExpression, put.ExpressionAttributeNames, put.ExpressionAttributeValues = p.condition.parameters()
		return write{guard: p.guard, client: m.client, item: types.TransactWriteItem{Put: put}, key: m.keyIn(p.item), done: p.done}, nil
	})
}

// DeleteOp deletes an item. target is a *T, with the conditions of [Mapper.Delete], or
// a [Key], with those of [Mapper.DeleteKey].
func (m *Mapper[T]) DeleteOp(target any, options ...OpOption) Op {
	return m.core.deleteOp(target, optionsOf(options, OpOption.applyToOp))
}

func (m *core) deleteOp(target any, o callOptions) Op {
	return m.newOp("DeleteOp", func(ctx context.Context) (write, error) {
		if key, ok := target.(Key); ok {
			if _, err := m.versionlessKey(key, o.clobber); err != nil {
				return write{}, err
			}
		}
		w, err := m.newWrite(ctx, target, &o)
		if err != nil {
			return write{}, err
		}
		deletion := &types.Delete{TableName: &m.table, Key: w.key, ReturnValuesOnConditionCheckFailure: w.returnsItem()}
		deletion.ConditionExpression, deletion.ExpressionAttributeNames, deletion.ExpressionAttributeValues = w.condition.parameters()
		w.item = types.TransactWriteItem{Delete: deletion}
		return w, nil
	})
}

// Check lets the transaction happen only if an item is as it should be; the item does
// not change. target is a *T that was loaded, whose version has to be that of the item,
// or a [Key]. Without a version and without a [Condition], the item has to exist.
func (m *Mapper[T]) Check(target any, options ...OpOption) Op {
	return m.core.checkOp(target, optionsOf(options, OpOption.applyToOp))
}

func (m *core) checkOp(target any, o callOptions) Op {
	return m.newOp("Check", func(ctx context.Context) (write, error) {
		w, err := m.newWrite(ctx, target, &o)
		if err != nil {
			return write{}, err
		}
		if w.condition.text == "" {
			w.condition = condition{text: "attribute_exists(#key)", names: map[string]string{"#key": m.keys[0].name}}
		}
		check := &types.ConditionCheck{TableName: &m.table, Key: w.key, ReturnValuesOnConditionCheckFailure: w.returnsItem()}
		check.ConditionExpression, check.ExpressionAttributeNames, check.ExpressionAttributeValues = w.condition.parameters()
		w.item = types.TransactWriteItem{ConditionCheck: check}
		return w, nil
	})
}

// newWrite makes what DeleteOp and Check have in common.
func (m *core) newWrite(ctx context.Context, target any, o *callOptions) (w write, err error) {
	if err := m.ended(ctx); err != nil {
		return w, err
	}
	var value any
	if key, ok := target.(Key); ok {
		w.key, err = m.key(key)
	} else if pointer := reflect.ValueOf(target); !pointer.IsValid() || pointer.Type() != reflect.PointerTo(m.typ) {
		err = fmt.Errorf("%w: the target is a %T, not a *%s or a mapper.Key", crypto.ErrConfig, target, m.model.Type())
	} else if pointer.IsNil() {
		err = errNilValue
	} else {
		value = target
		w.key, err = m.keyOf(value)
	}
	if err != nil {
		return w, err
	}
	w.client, w.done = m.client, func() {}
	w.guard, err = m.newGuard(value, o)
	return w, err
}

// returnsItem asks for the stored item where that tells which condition failed.
func (g *guard) returnsItem() types.ReturnValuesOnConditionCheckFailure {
	if g.conditional && g.version != nil {
		return types.ReturnValuesOnConditionCheckFailureAllOld
	}
	return ""
}

// Transaction is a transaction whose items are encrypted already; see
// [PrepareTransaction].
type Transaction struct {
	prepared *client.PreparedTransactWrite
	ops      []*op
	writes   []write
	client   []func(*dynamodb.Options)
	done     bool // and the versions moved
}

// Transact does all of the operations, of mappers of any types and tables, or none of
// them. If DynamoDB cancels the transaction, the error wraps a [*TransactError] that
// says which operations were the reason. DynamoDB takes up to 100 operations, each on
// another item.
//
//	err := mapper.Transact(ctx, users.PutOp(&u), orders.DeleteOp(mapper.Key{"o-1"}), plans.Check(&p))
//
// The mappers have to be made with the same client; those of different encryptors may
// take part.
func Transact(ctx context.Context, ops ...Op) error {
	t, err := PrepareTransaction(ctx, ops...)
	if err != nil {
		return err
	}
	return t.Run(ctx)
}

// maxTransact is how many items DynamoDB reads or writes in one transaction.
const maxTransact = 100

// PrepareTransaction checks and encodes the operations of a transaction and encrypts
// their items, once; nothing is sent. Encryption is random: to do a transaction again
// under its token, after an error that leaves open whether it was done, the same
// prepared one has to be run again.
func PrepareTransaction(ctx context.Context, ops ...Op) (*Transaction, error) {
	t, err := prepareTransaction(ctx, ops)
	if err != nil {
		return nil, failTransact(err)
	}
	return t, nil
}

func failTransact(err error) error {
	return &Error{Op: "Transact", Err: restate(err)}
}

func prepareTransaction(ctx context.Context, ops []Op) (*Transaction, error) {
	var stated transaction
	for _, o := range ops {
		if o != nil {
			o.applyToTransaction(&stated)
		}
	}
	if n := len(stated.ops); n == 0 || n > maxTransact {
		return nil, fmt.Errorf("%w: there are %d operations, not 1 to %d", crypto.ErrConfig, n, maxTransact)
	}
	t := &Transaction{ops: stated.ops, client: stated.client}
	seen := map[string]int{}
	var faults []error
	for i, o := range stated.ops {
		w, err := o.make(ctx)
		if err == nil {
			err = o.checkPlace(stated.ops[0], w.key, seen, i)
		}
		if err != nil {
			faults = append(faults, numbered(i, o.fail(w.key, err)))
		}
		t.writes = append(t.writes, w)
	}
	if len(faults) > 0 {
		return nil, joined(faults)
	}
	parts := make([]*client.PreparedTransactWrite, len(t.writes))
	for i, w := range t.writes {
		var err error
		parts[i], err = w.client.PrepareTransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
			TransactItems: []types.TransactWriteItem{w.item}, ClientRequestToken: stated.token})
		if err != nil {
			return nil, numbered(i, t.ops[i].fail(w.key, err))
		}
	}
	var err error
	t.prepared, err = client.JoinTransactWrites(parts...)
	return t, err
}

// numbered says which operation an error is about.
func numbered(i int, err error) error {
	return &restated{fmt.Sprintf("operation %d: %s", i, strings.TrimPrefix(err.Error(), "ddbcrypt: ")), err}
}

// checkPlace refuses a second operation on one item, and one for another client.
func (o *op) checkPlace(first *op, key crypto.Item, seen map[string]int, i int) error {
	if !sameClient(first.db, o.db) {
		return errOtherClient
	}
	table, err := cmp.TableName(o.table)
	if err != nil {
		return err
	}
	text, _ := itemkey.Text(key, o.keyNames...)
	place := table + "\x00" + text
	if before, twice := seen[place]; twice {
		return fmt.Errorf("%w: it is about the same item as operation %d; DynamoDB takes one for each item", crypto.ErrConfig, before)
	}
	seen[place] = i
	return nil
}

var errOtherClient = fmt.Errorf("%w: its mapper was made with another client than that of operation 0", crypto.ErrConfig)

func sameClient(a, b DynamoDB) bool {
	return reflect.TypeOf(a) == reflect.TypeOf(b) && (!reflect.ValueOf(a).Comparable() || !reflect.ValueOf(b).Comparable() || a == b)
}

// joined is errors.Join in one line.
func joined(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return faults(errs)
}

type faults []error

func (f faults) Error() string {
	texts := make([]string, len(f))
	for i, err := range f {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "; ")
}

func (f faults) Unwrap() []error { return f }

// Token returns the token of the transaction: that of [IdempotencyToken], or one that
// was made for it.
func (t *Transaction) Token() string { return t.prepared.Token() }

// Run does the transaction. It may be called again after any error, and then sends the
// same bytes: DynamoDB does them once within ten minutes. It must not be called at the
// same time as another Run of the transaction, or another use of its values.
func (t *Transaction) Run(ctx context.Context) error {
	b := &below{}
	if _, err := t.prepared.Send(withBelow(ctx, b), t.client...); err != nil {
		return failTransact(t.explain(err, b.reasons))
	}
	if t.done {
		return nil
	}
	t.done = true
	for _, w := range t.writes {
		w.done()
	}
	return nil
}

// ErrTransactionConflict means that another request was changing an item of the
// transaction at the same time. Nothing was written; try again.
var ErrTransactionConflict = errors.New("another request is changing the item")

// TransactError is a transaction that DynamoDB cancelled; nothing of it was done.
type TransactError struct {
	// Failed are the operations that were the reason, in their order.
	Failed []FailedOp
	// Err is the error of the SDK.
	Err error
}

// FailedOp is an operation because of which a transaction was cancelled.
type FailedOp struct {
	// Index is its position among the operations that were passed.
	Index int
	// Code is DynamoDB's code for the reason, such as "ConditionalCheckFailed".
	Code string
	// Err is an [*Error] around [ErrVersionConflict], [ErrConditionFailed],
	// [ErrTransactionConflict], or the code.
	Err error
}

// Error returns one line of text.
func (e *TransactError) Error() string {
	texts := make([]string, len(e.Failed))
	for i, failed := range e.Failed {
		texts[i] = numbered(failed.Index, failed.Err).Error()
	}
	return "cancelled, nothing was done: " + strings.Join(texts, "; ")
}

// Unwrap returns the errors of the operations and that of the SDK.
func (e *TransactError) Unwrap() []error {
	errs := []error{e.Err}
	for _, failed := range e.Failed {
		errs = append(errs, failed.Err)
	}
	return errs
}

// explain says which operations were the reason for an error. stored are the items that
// came with it, as they are stored and not verified.
func (t *Transaction) explain(err error, stored []crypto.Item) error {
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	if !ok {
		return err
	}
	e := &TransactError{Err: err}
	for i, reason := range cancelled.CancellationReasons {
		code := aws.ToString(reason.Code)
		if i >= len(t.ops) || code == "" || code == "None" {
			continue
		}
		cause := errors.New(code)
		switch code {
		case "ConditionalCheckFailed":
			cause = t.writes[i].failure(stored[i], errors.New(code))
		case "TransactionConflict":
			cause = ErrTransactionConflict
		}
		e.Failed = append(e.Failed, FailedOp{i, code, t.ops[i].fail(t.writes[i].key, cause)})
	}
	if len(e.Failed) == 0 {
		return err
	}
	return e
}
