package mapper

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// A SaveOption configures one call of Save. The options are [Clobber], [Condition],
// [ReturnOld] and [ClientOptions].
type SaveOption interface{ applyToSave(*callOptions) }

// A DeleteOption configures one call of Delete or DeleteKey. The options are
// [Clobber], [Condition], [ReturnOld] and [ClientOptions].
type DeleteOption interface{ applyToDelete(*callOptions) }

// A LoadOption configures one call of Load or LoadMany. The options are
// [Consistent], [Project] and [ClientOptions].
type LoadOption interface{ applyToLoad(*callOptions) }

// A BatchOption configures one call of SaveMany or DeleteMany. The options are
// [Clobber] and [ClientOptions].
type BatchOption interface{ applyToBatch(*callOptions) }

// A ModifyOption configures one call of Modify. The options are [Attempts],
// [OrCreate] and [ClientOptions].
type ModifyOption interface{ applyToModify(*callOptions) }

// An OpOption configures one operation of a transaction. The options are [Clobber]
// and [Condition].
type OpOption interface{ applyToOp(*callOptions) }

// callOptions are the options of one call, of whatever kind.
type callOptions struct {
	client []func(*dynamodb.Options)

	clobber    bool
	conditions []expression.ConditionBuilder
	old        *oldItem

	consistent bool
	project    []string

	attempts int
	create   bool

	reading readOptions
}

// optionsOf applies the options of a call; nil is none.
func optionsOf[O any](list []O, apply func(O, *callOptions)) (o callOptions) {
	for _, option := range list {
		if any(option) != nil {
			apply(option, &o)
		}
	}
	return o
}

// change is what an option of a call does; nil is nothing, so that zero values
// of the option types are harmless.
type change func(*callOptions)

func (f change) apply(o *callOptions) {
	if f != nil {
		f(o)
	}
}

// WriteOption is an option of single writes, batches and transactions.
type WriteOption struct{ change change }

func (o WriteOption) applyToSave(c *callOptions)   { o.change.apply(c) }
func (o WriteOption) applyToDelete(c *callOptions) { o.change.apply(c) }
func (o WriteOption) applyToBatch(c *callOptions)  { o.change.apply(c) }
func (o WriteOption) applyToOp(c *callOptions)     { o.change.apply(c) }

// Clobber writes or deletes whatever is there, without the condition on the
// version. Save still counts the version up.
func Clobber() WriteOption { return WriteOption{func(c *callOptions) { c.clobber = true }} }

// ConditionOption is an option of single writes and of transactions.
type ConditionOption struct{ change change }

func (o ConditionOption) applyToSave(c *callOptions)   { o.change.apply(c) }
func (o ConditionOption) applyToDelete(c *callOptions) { o.change.apply(c) }
func (o ConditionOption) applyToOp(c *callOptions)     { o.change.apply(c) }

// Condition writes only if the stored item meets a condition, beside that of the
// version; otherwise the write fails with [ErrConditionFailed]. Several conditions
// all have to hold. An encrypted attribute can only be asked whether it exists; its
// value is unknown to DynamoDB, and such a condition is refused.
//
//	users.Save(ctx, &u, mapper.Condition(expression.Name("plan").Equal(expression.Value("free"))))
//
// Names with dots in them are paths for the expression builder, unless they are made
// by [expression.NameNoDotSplit].
func Condition(condition expression.ConditionBuilder) ConditionOption {
	return ConditionOption{func(c *callOptions) { c.conditions = append(c.conditions, condition) }}
}

// OldOption is an option of single writes.
type OldOption struct{ change change }

func (o OldOption) applyToSave(c *callOptions)   { o.change.apply(c) }
func (o OldOption) applyToDelete(c *callOptions) { o.change.apply(c) }

// ReturnOld sets *old to the item that was there before the write, verified and
// decrypted, or to nil if there was none. If a condition fails, or the version, it is
// the item that is there. T has to be the type of the mapper.
func ReturnOld[T any](old **T) OldOption {
	target := &oldItem{typ: reflect.TypeFor[T]()}
	if old != nil {
		target.store = func(value any) { *old, _ = value.(*T) }
	}
	return OldOption{func(c *callOptions) { c.old = target }}
}

// ReadOption is an option of everything that reads.
type ReadOption struct{ change change }

func (o ReadOption) applyToLoad(c *callOptions)  { o.change.apply(c) }
func (o ReadOption) applyToQuery(c *callOptions) { o.change.apply(c) }
func (o ReadOption) applyToScan(c *callOptions)  { o.change.apply(c) }

// Consistent reads what was last written, instead of perhaps something older, at
// twice the price. Global secondary indexes do not have it.
func Consistent() ReadOption { return ReadOption{func(c *callOptions) { c.consistent = true }} }

// Project fills in only the fields of these attributes, and the keys and the version.
// The whole item is read and verified all the same: a part of it does not verify. So
// it costs as much, and only keeps what a caller does not need out of its hands.
//
// Don't save what was loaded like that: Save writes the fields that were left out as
// they are, empty.
func Project(attributes ...string) ReadOption {
	return ReadOption{func(c *callOptions) { c.project = append(c.project, attributes...) }}
}

// RetryOption is a [ModifyOption].
type RetryOption struct{ change change }

func (o RetryOption) applyToModify(c *callOptions) { o.change.apply(c) }

// Attempts sets how often Modify reads, changes and writes an item that others change
// at the same time, at least once; the default is 10.
func Attempts(n int) RetryOption {
	return RetryOption{func(c *callOptions) { c.attempts = n }}
}

// OrCreate lets Modify make an item that does not exist: the function gets a value of
// which only the key is set.
func OrCreate() RetryOption { return RetryOption{func(c *callOptions) { c.create = true }} }

// CallOption is an option for every operation.
type CallOption struct{ change change }

func (o CallOption) applyToSave(c *callOptions)   { o.change.apply(c) }
func (o CallOption) applyToDelete(c *callOptions) { o.change.apply(c) }
func (o CallOption) applyToLoad(c *callOptions)   { o.change.apply(c) }
func (o CallOption) applyToQuery(c *callOptions)  { o.change.apply(c) }
func (o CallOption) applyToScan(c *callOptions)   { o.change.apply(c) }
func (o CallOption) applyToBatch(c *callOptions)  { o.change.apply(c) }
func (o CallOption) applyToModify(c *callOptions) { o.change.apply(c) }

// ClientOptions passes options of the SDK on to its client for one call. In
// [Transact] and [TransactLoad] it is for the whole transaction.
func ClientOptions(functions ...func(*dynamodb.Options)) CallOption {
	return CallOption{func(c *callOptions) { c.client = append(c.client, functions...) }}
}
