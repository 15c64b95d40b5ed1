package mapper

import "github.com/aws/aws-sdk-go-v2/service/dynamodb"

// Option configures a [Mapper]. The options are [WithTable] and [WithTagKey].
type Option interface{ apply(*options) }

type option func(*options)

func (f option) apply(o *options) { f(o) }

type options struct {
	table  string
	tagKey string
}

// WithTable sets the name or ARN of the table, instead of the one in the tag. It
// is the name that items are signed under, unless the struct states signedas.
func WithTable(nameOrARN string) Option { return option(func(o *options) { o.table = nameOrARN }) }

// WithTagKey takes attribute names from struct tags with this key too, such as
// json, as attributevalue does with its option of that name.
func WithTagKey(key string) Option { return option(func(o *options) { o.tagKey = key }) }

// A SaveOption configures one call of Save. The options are [Clobber] and
// [ClientOptions].
type SaveOption interface{ applyToSave(*callOptions) }

// A DeleteOption configures one call of Delete. The options are [Clobber] and
// [ClientOptions].
type DeleteOption interface{ applyToDelete(*callOptions) }

// A LoadOption configures one call of Load. The options are [Consistent] and
// [ClientOptions].
type LoadOption interface{ applyToLoad(*callOptions) }

type callOptions struct {
	clobber    bool
	consistent bool
	client     []func(*dynamodb.Options)
}

// change is what an option of a call does; nil is nothing, so that zero values
// of the option types are harmless.
type change func(*callOptions)

func (f change) apply(o *callOptions) {
	if f != nil {
		f(o)
	}
}

// WriteOption is a [SaveOption] and [DeleteOption].
type WriteOption struct{ change change }

func (o WriteOption) applyToSave(c *callOptions)   { o.change.apply(c) }
func (o WriteOption) applyToDelete(c *callOptions) { o.change.apply(c) }

// Clobber writes or deletes whatever is there, without the condition on the
// version. Save still counts the version up.
func Clobber() WriteOption { return WriteOption{func(c *callOptions) { c.clobber = true }} }

// ReadOption is a [LoadOption].
type ReadOption struct{ change change }

func (o ReadOption) applyToLoad(c *callOptions) { o.change.apply(c) }

// Consistent reads what was last written, instead of perhaps something older, at
// twice the price.
func Consistent() ReadOption { return ReadOption{func(c *callOptions) { c.consistent = true }} }

// CallOption is an option for every operation.
type CallOption struct{ change change }

func (o CallOption) applyToSave(c *callOptions)   { o.change.apply(c) }
func (o CallOption) applyToDelete(c *callOptions) { o.change.apply(c) }
func (o CallOption) applyToLoad(c *callOptions)   { o.change.apply(c) }

// ClientOptions passes options of the SDK on to its client for one call.
func ClientOptions(functions ...func(*dynamodb.Options)) CallOption {
	return CallOption{func(c *callOptions) { c.client = append(c.client, functions...) }}
}
