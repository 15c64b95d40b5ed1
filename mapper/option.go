package mapper

import (
	"maps"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Option configures a [Mapper]. The options are [WithTable], [WithTablePrefix],
// [WithSignedTableName], [WithSignedTableNames], [WithTagKey], [WithEncoderOptions],
// [WithDecoderOptions], [WithPreviousActions], [WithPreviousModel], [WithPlaintext],
// [WithConcurrency] and [WithClock].
type Option interface{ apply(*options) }

type option func(*options)

func (f option) apply(o *options) { f(o) }

type options struct {
	table       string
	prefix      string
	signedName  string
	signedNames map[string]string
	tagKey      string
	encoder     []func(*attributevalue.EncoderOptions)
	decoder     []func(*attributevalue.DecoderOptions)
	previous    []previousModel
	plaintext   client.PlaintextPolicy
	concurrency int
	now         func() time.Time
}

// WithTable sets the name or ARN of the table, instead of the one in the tag. It
// is the name that items are signed under, unless the struct states signedas or
// another option says otherwise.
func WithTable(nameOrARN string) Option { return option(func(o *options) { o.table = nameOrARN }) }

// WithTablePrefix puts a prefix, such as "staging-", before the name of the table,
// that of [WithTable] and of [Mapper.In] too. Items are signed under the whole name,
// unless the struct states signedas or another option says otherwise. A table that
// is given by its ARN cannot have a prefix.
func WithTablePrefix(prefix string) Option { return option(func(o *options) { o.prefix = prefix }) }

// WithSignedTableName signs and verifies items under this table name, wherever
// they are, in place of the struct's signedas: for a table that was restored or
// copied under another name.
//
// Source: developer guide, "Overriding the table name".
func WithSignedTableName(name string) Option { return option(func(o *options) { o.signedName = name }) }

// WithSignedTableNames is [WithSignedTableName] for many tables: from the name of a
// table, prefix included, to the name that its items are signed under. It wins over
// [WithSignedTableName] and over signedas. Tables that it does not name keep theirs.
func WithSignedTableNames(names map[string]string) Option {
	return option(func(o *options) { o.signedNames = maps.Clone(names) })
}

// WithTagKey takes attribute names from struct tags with this key too, such as
// json, as attributevalue does with its option of that name.
func WithTagKey(key string) Option { return option(func(o *options) { o.tagKey = key }) }

// WithEncoderOptions changes how attributevalue encodes values, such as
// OmitEmptyTime. The TagKey is that of [WithTagKey].
func WithEncoderOptions(functions ...func(*attributevalue.EncoderOptions)) Option {
	return option(func(o *options) { o.encoder = append(o.encoder, functions...) })
}

// WithDecoderOptions changes how attributevalue decodes values, such as UseNumber.
// The TagKey is that of [WithTagKey].
func WithDecoderOptions(functions ...func(*attributevalue.DecoderOptions)) Option {
	return option(func(o *options) { o.decoder = append(o.decoder, functions...) })
}

// WithPreviousActions also reads items that were sealed under earlier models: the
// attribute actions before the latest change first, then older ones. Items that do
// not verify under the current model are tried under each of them, in that order, and
// only a signature that matches makes an item accepted. [Mapper.Counters] counts
// them. The next Save or Modify writes the item under the current model.
//
// While an earlier model is listed, its rules hold too: what it did not sign can be
// changed by whoever can write to the table, and an item that was sealed under it can
// be put back. Take it out of the list once no item of it is left.
func WithPreviousActions(newestFirst ...crypto.Actions) Option {
	return option(func(o *options) {
		for _, actions := range newestFirst {
			o.previous = append(o.previous, previousModel{actions: actions})
		}
	})
}

// WithPreviousModel is [WithPreviousActions] for the actions in the tags of an
// earlier version of the struct. Both options can be given several times, newest
// model first.
func WithPreviousModel[Old any]() Option {
	return option(func(o *options) { o.previous = append(o.previous, modelOf[Old]()) })
}

// WithPlaintext says what happens to items without protection, while a table is
// migrated; it is [client.ForbidPlaintext] otherwise. [Mapper.Counters] counts them.
func WithPlaintext(policy client.PlaintextPolicy) Option {
	return option(func(o *options) { o.plaintext = policy })
}

// WithConcurrency sets how many items of one page or batch are encrypted or
// decrypted at once, at least 1; the default is 16. It matters where keys come from
// a service, item by item.
func WithConcurrency(n int) Option { return option(func(o *options) { o.concurrency = n }) }

// WithClock sets where timestamp versions come from, instead of [time.Now].
func WithClock(now func() time.Time) Option { return option(func(o *options) { o.now = now }) }
