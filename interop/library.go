package interop

import (
	stdcmp "cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/ddbjson"
)

// A Client seals and opens items: a published one as a [*Peer], or this module's own as a [Library].
// It may be called concurrently.
type Client interface {
	// Do answers one request about an item with the resulting item in DynamoDB JSON.
	Do(ctx context.Context, request Request) (json.RawMessage, error)
	// Manage answers one request about a store with the resulting version; 0 where there is none.
	Manage(ctx context.Context, request Request) (version int64, err error)
}

var (
	_ Client = (*Peer)(nil)
	_ Client = Library{}
)

// A Library is this module's own client, asked in process in the way that the peers are asked.
type Library struct {
	// JavaOrder writes items for Java to read instead of Python; see [crypto.WithJavaOrder].
	JavaOrder bool
}

// Do encrypts or decrypts an item with only the keys that this takes. Errors wrap one of the failure classes of package
// crypto, except those about a request that is not one.
func (l Library) Do(ctx context.Context, request Request) (json.RawMessage, error) {
	item, err := ddbjson.Unmarshal(request.Item)
	if err != nil {
		return nil, fmt.Errorf("interop: item: %w", err)
	}
	encryption, err := request.encryptionContext()
	if err != nil {
		return nil, err
	}
	actions, err := request.actions()
	if err != nil {
		return nil, err
	}
	switch request.Op {
	case OpEncrypt:
		var provider cmp.Provider
		if provider, err = request.Provider.provider(role{seals: true}); err == nil {
			item, err = crypto.NewEncryptor(provider, l.options(request.Java)...).EncryptItem(ctx, item, encryption, actions)
		}
	case OpDecrypt:
		var provider cmp.Provider
		if provider, err = request.Provider.provider(role{opens: true}); err == nil {
			item, err = crypto.NewEncryptor(provider, l.options(request.Java)...).DecryptItem(ctx, item, encryption, actions)
		}
	default:
		err = fmt.Errorf("op %q is not %s or %s", request.Op, OpEncrypt, OpDecrypt)
	}
	if err != nil {
		return nil, fmt.Errorf("interop: %w", err)
	}
	return ddbjson.Marshal(item)
}

func (l Library) options(names *JavaNames) []crypto.Option {
	// As with the peers, all there is to say is in the answer.
	options := []crypto.Option{crypto.WithLogger(slog.New(slog.DiscardHandler))}
	if l.JavaOrder {
		options = append(options, crypto.WithJavaOrder())
	}
	if names == nil {
		return options
	}
	if names.DescriptionPrefix != "" {
		options = append(options, crypto.WithDescriptionPrefix(names.DescriptionPrefix))
	}
	return append(options, crypto.WithAttributeNames(names.DescriptionName(), names.SignatureName()))
}

// DescriptionName is the name of the attribute with the material description; n may be nil.
func (n *JavaNames) DescriptionName() string {
	if n == nil {
		return crypto.DefaultDescriptionAttribute
	}
	return stdcmp.Or(n.DescriptionAttribute, crypto.DefaultDescriptionAttribute)
}

// SignatureName is the name of the attribute with the signature; n may be nil.
func (n *JavaNames) SignatureName() string {
	if n == nil {
		return crypto.DefaultSignatureAttribute
	}
	return stdcmp.Or(n.SignatureAttribute, crypto.DefaultSignatureAttribute)
}

func (r Request) encryptionContext() (cmp.EncryptionContext, error) {
	encryption := cmp.EncryptionContext{PartitionKey: r.PartitionKey, SortKey: r.SortKey}
	if r.Table == nil {
		return encryption, nil
	}
	if *r.Table == "" {
		// Java and Python sign an empty name, which DynamoDB does not have; to us it would mean none.
		return encryption, fmt.Errorf("interop: the table name is empty: %w", cmp.ErrConfig)
	}
	encryption.TableName = *r.Table
	return encryption, nil
}

// actions states the actions with the rule for keys applied.
func (r Request) actions() (crypto.Actions, error) {
	words := map[string]string{}
	for _, key := range []string{r.PartitionKey, r.SortKey} {
		if key != "" {
			words[key] = r.ActionFor(key)
		}
	}
	for name, word := range r.Actions {
		words[name] = word
	}
	byDefault, err := crypto.ParseAction(r.defaultAction())
	if err != nil {
		return crypto.Actions{}, fmt.Errorf("interop: default action: %w", err)
	}
	actions := crypto.Actions{Default: byDefault, Overrides: make(map[string]crypto.Action, len(words))}
	for name, word := range words {
		if actions.Overrides[name], err = crypto.ParseAction(word); err != nil {
			return crypto.Actions{}, fmt.Errorf("interop: attribute %q: %w", name, err)
		}
	}
	return actions, nil
}
