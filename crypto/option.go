package crypto

import (
	"fmt"
	"log/slog"
	"maps"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// Names of the attributes and description keys that the published clients use
// (docs/wire-format.md §1, §2).
const (
	DefaultDescriptionAttribute = "*amzn-ddb-map-desc*"
	DefaultSignatureAttribute   = "*amzn-ddb-map-sig*"
	DefaultDescriptionPrefix    = "amzn-ddb-map-"
)

// Option configures an [Encryptor]. The options are [WithAttributeNames],
// [WithDescriptionPrefix], [WithJavaOrder], [WithSignedTableName],
// [WithSignedTableNames] and [WithLogger].
type Option interface{ apply(*options) }

type option func(*options)

func (f option) apply(o *options) { f(o) }

type options struct {
	descriptionAttribute string
	signatureAttribute   string
	modeKey              string // of the description: how attributes are encrypted
	signingKey           string // of the description: how the item is signed
	order                tlv.Order
	signedName           string
	signedNames          map[string]string
	logger               *slog.Logger
}

func newOptions(list []Option) (options, error) {
	o := options{
		descriptionAttribute: DefaultDescriptionAttribute,
		signatureAttribute:   DefaultSignatureAttribute,
		logger:               slog.Default(),
	}
	WithDescriptionPrefix(DefaultDescriptionPrefix).apply(&o)
	for _, option := range list {
		option.apply(&o)
	}
	switch {
	case o.descriptionAttribute == "" || o.signatureAttribute == "":
		return o, fmt.Errorf("an attribute name is empty: %w", cmp.ErrConfig)
	case o.descriptionAttribute == o.signatureAttribute:
		return o, fmt.Errorf("description and signature have the same attribute name %q: %w", o.signatureAttribute, cmp.ErrConfig)
	case o.logger == nil:
		return o, fmt.Errorf("the logger is nil: %w", cmp.ErrConfig)
	}
	return o, o.normalizeTableNames()
}

// normalizeTableNames makes ARNs among the names to look up plain names, as
// those of encryption contexts are then. What is signed stays as it was stated:
// the Python client signs an ARN where it is given one.
func (o *options) normalizeTableNames() error {
	names := make(map[string]string, len(o.signedNames))
	for nameOrARN, signed := range o.signedNames {
		table, err := cmp.TableName(nameOrARN)
		if err != nil {
			return err
		}
		if other, twice := names[table]; twice && other != signed {
			return fmt.Errorf("table %q has more than one signed name: %w", table, cmp.ErrConfig)
		}
		names[table] = signed
	}
	o.signedNames = names
	return nil
}

// WithAttributeNames sets the names of the attributes that hold the material
// description and the signature. Reader and writer must agree.
func WithAttributeNames(description, signature string) Option {
	return option(func(o *options) { o.descriptionAttribute, o.signatureAttribute = description, signature })
}

// WithDescriptionPrefix sets what the item encryptor's own two keys of the
// material description start with, instead of [DefaultDescriptionPrefix]. Reader
// and writer must agree.
func WithDescriptionPrefix(prefix string) Option {
	return option(func(o *options) { o.modeKey, o.signingKey = prefix+"sym-mode", prefix+"signingAlg" })
}

// WithJavaOrder writes what the Java client can verify in the cases where the
// two published clients differ: names, map keys and string set members with
// characters above U+FFFF beside U+E000–U+FFFF, binary sets with bytes above
// 127, and items without a table name. Python cannot verify those. It affects
// encryption only: items of both are read.
func WithJavaOrder() Option { return option(func(o *options) { o.order = tlv.UTF16Order }) }

// WithSignedTableName signs and verifies items under this table name, wherever
// they are: for a table that was restored or copied under another name. The
// name is signed as it is, even if it is an ARN.
func WithSignedTableName(name string) Option { return option(func(o *options) { o.signedName = name }) }

// WithSignedTableNames is [WithSignedTableName] for many tables: from the name
// of a table to the name that its items are signed under. Tables that it does
// not name keep their own.
func WithSignedTableNames(names map[string]string) Option {
	return option(func(o *options) { o.signedNames = maps.Clone(names) })
}

// WithLogger sets where warnings go; it is [slog.Default] otherwise.
func WithLogger(logger *slog.Logger) Option { return option(func(o *options) { o.logger = logger }) }

// tableName returns the name that is signed for a table.
func (o *options) tableName(name string) (string, error) {
	name, err := cmp.TableName(name)
	if err != nil {
		return "", err
	}
	if signed, ok := o.signedNames[name]; ok {
		return signed, nil
	}
	if o.signedName != "" {
		return o.signedName, nil
	}
	return name, nil
}
