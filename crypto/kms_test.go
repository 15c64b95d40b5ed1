package crypto_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

// countingProvider counts how often a content key was asked for, and what was
// decrypted with it.
type countingProvider struct {
	cmp.Provider
	counts *counts
}

func (p countingProvider) DecryptionMaterials(ctx context.Context, request cmp.DecryptionRequest) (*cmp.DecryptionMaterials, error) {
	materials, err := p.Provider.DecryptionMaterials(ctx, request)
	if err != nil {
		return nil, err
	}
	return &cmp.DecryptionMaterials{VerificationKey: materials.VerificationKey, DecryptionKey: func(ctx context.Context) (cmp.DecryptionKey, error) {
		p.counts.unwrapped.Add(1)
		key, err := materials.DecryptionKey(ctx)
		if err != nil {
			return nil, err
		}
		return countingKey{key.(*cmp.AESKey), p.counts}, nil
	}}, nil
}

const kmsRegion = "eu-west-1"

// theKMS holds all keys of items, so that it knows one from another.
var theKMS = sync.OnceValue(func() *memkms.KMS { return memkms.New() })

func kmsProvider(k *memkms.KMS) *cmp.KMS {
	return must(cmp.NewKMS(k.Client(kmsRegion), k.CreateKey(kmsRegion)))
}

func underKMS() setup {
	c := &counts{}
	return setup{"KMS", countingProvider{kmsProvider(theKMS()), c}, c, theKMS()}
}

// mostRecent has its keys in a table of their own, under KMS.
func mostRecent() setup {
	c := &counts{}
	client := memdb.New().Client()
	must(metastore.CreateTable(context.Background(), client, "keys"))
	store := must(metastore.New(client, "keys", crypto.NewEncryptor(kmsProvider(memkms.New()))))
	provider := must(cmp.NewMostRecent(store, "material", time.Hour))
	return setup{name: "most recent", provider: countingProvider{provider, c}, counts: c}
}

// remoteSetups are the providers whose keys come from a service: new ones each
// time.
func remoteSetups() []setup { return []setup{underKMS(), mostRecent()} }

// kmsCalls is how often KMS may be asked for an item: twice if a number in its
// key is not in the form that DynamoDB returns.
func kmsCalls(item crypto.Item) int {
	if n, ok := item[orders.PartitionKey].(*types.AttributeValueMemberN); ok && n != nil {
		if normal, err := tlv.NormalizeNumber(n.Value); err == nil && normal != n.Value {
			return 2
		}
	}
	return 1
}

// requireByKMS wants a refusal of KMS itself.
func (x *target) requireByKMS(t *testing.T, what string, class error, table crypto.TableEncryptor, item crypto.Item) {
	t.Helper()
	x.requireRefusedBy(t, what, class, table, item)
	require.Equal(t, 1, x.kms.Count("Decrypt"), what)
	require.NotEmpty(t, x.kms.Calls()[0].ErrorCode, what)
	_, err := table.DecryptItem(context.Background(), item)
	_, byKMS := errors.AsType[*cmp.KMSError](err)
	require.True(t, byKMS, "%s: %v", what, err)
}

// requireBySignature wants a refusal of an item whose data key KMS decrypts.
func (x *target) requireBySignature(t *testing.T, what string, item crypto.Item) {
	t.Helper()
	x.requireRefused(t, what, crypto.ErrSignature, item)
	require.Equal(t, 1, x.kms.Count("Decrypt"), what)
	require.Empty(t, x.kms.Calls()[0].ErrorCode, what)
}

func forEachKMSItem(t *testing.T, test func(*testing.T, *target, described)) {
	s := underKMS()
	for _, shape := range shapes(false) {
		t.Run(shape.name, func(t *testing.T) {
			table := s.table(orders, shape.actions)
			sealed := must(table.EncryptItem(context.Background(), shape.item))
			x := &target{setup: s, shape: shape, table: table, sealed: sealed, tried: new(atomic.Int64), every: 1}
			x.requireAccepted(t, "the unchanged item", sealed)
			test(t, x, described{s, table, shape.item, sealed})
		})
	}
}

func TestKMSRefusesWhatItsContextCovers(t *testing.T) {
	const envKey = "amzn-ddb-env-key"
	other := kmsProvider(theKMS())
	forEachKMSItem(t, func(t *testing.T, x *target, d described) {
		eachChange(x.sealed["id"], func(what string, v types.AttributeValue) {
			if s, ok := v.(*types.AttributeValueMemberS); ok && !utf8.ValidString(s.Value) {
				// DynamoDB returns no such text; whoever refuses it first may.
				x.requireRefused(t, "id: "+what, crypto.ErrSignature, with(x.sealed, crypto.Item{"id": v}))
				return
			}
			x.requireByKMS(t, "id: "+what, crypto.ErrSignature, x.table, with(x.sealed, crypto.Item{"id": v}))
		})
		x.requireByKMS(t, "without id", crypto.ErrSignature, x.table, without(x.sealed, "id"))
		x.requireByKMS(t, "id in bytes", crypto.ErrSignature, x.table, with(x.sealed, crypto.Item{"id": bin([]byte("i")...)}))
		eachTextChange(orders.TableName, func(what, name string) {
			if name == "" {
				return
			}
			table := x.setup.table(cmp.EncryptionContext{TableName: name, PartitionKey: "id"}, x.actions)
			x.requireByKMS(t, "table name: "+what, crypto.ErrSignature, table, x.sealed)
		})
		for what, context := range map[string]cmp.EncryptionContext{"no table name": {PartitionKey: "id"}, "no key": {TableName: "orders"}} {
			x.requireByKMS(t, what, crypto.ErrSignature, x.setup.table(context, x.actions), x.sealed)
		}
		blob := must(base64.StdEncoding.DecodeString(d.description()[envKey]))
		for at := range blob {
			changed := bytes.Clone(blob)
			changed[at] ^= 1 << (at % 8)
			x.requireByKMS(t, fmt.Sprintf("bit of byte %d of the data key", at), crypto.ErrSignature, x.table, d.withDescription(d.saying(envKey, base64.StdEncoding.EncodeToString(changed))))
		}
		for _, n := range []int{1, 36, 37, 38, len(blob) - 1} {
			x.requireByKMS(t, fmt.Sprintf("data key cut to %d bytes", n), crypto.ErrSignature, x.table, d.withDescription(d.saying(envKey, base64.StdEncoding.EncodeToString(blob[:n]))))
		}
		for _, algorithm := range []string{"AES", "AES/128", "AES/192"} {
			x.requireByKMS(t, algorithm, crypto.ErrSignature, x.table, d.withDescription(d.saying("amzn-ddb-env-alg", algorithm)))
		}
		seal := func(provider cmp.Provider, context cmp.EncryptionContext, item crypto.Item) crypto.Item {
			table := must(crypto.NewEncryptor(provider).For(context, x.actions))
			return must(table.EncryptItem(t.Context(), item))
		}
		own := x.setup.provider
		for what, c := range map[string]struct {
			donor crypto.Item
			class error
		}{
			"an item of another key attribute": {seal(own, orders, with(x.item, crypto.Item{"id": str("j")})), crypto.ErrSignature},
			"an item of another table":         {seal(own, cmp.EncryptionContext{TableName: "other", PartitionKey: "id"}, x.item), crypto.ErrSignature},
			"an item of another KMS key":       {seal(other, orders, x.item), crypto.ErrKeyUnavailable},
		} {
			description := crypto.Item{crypto.DefaultDescriptionAttribute: c.donor[crypto.DefaultDescriptionAttribute]}
			x.requireByKMS(t, "the description of "+what, c.class, x.table, with(x.sealed, description))
		}
		again := seal(own, orders, x.item)
		x.requireBySignature(t, "the description of the same item, sealed again", with(x.sealed, crypto.Item{crypto.DefaultDescriptionAttribute: again[crypto.DefaultDescriptionAttribute]}))
		x.requireBySignature(t, "the signature of the same item, sealed again", with(x.sealed, crypto.Item{crypto.DefaultSignatureAttribute: again[crypto.DefaultSignatureAttribute]}))
	})
}

func TestTheSignatureRefusesWhatKMSDoesNotCover(t *testing.T) {
	forEachKMSItem(t, func(t *testing.T, x *target, _ described) {
		for _, name := range append(x.protected(), crypto.DefaultSignatureAttribute) {
			if name == "id" {
				continue
			}
			at := 0
			eachChange(x.sealed[name], func(what string, v types.AttributeValue) {
				if at++; at%41 == 1 {
					x.requireBySignature(t, name+": "+what, with(x.sealed, crypto.Item{name: v}))
				}
			})
			if name != crypto.DefaultSignatureAttribute {
				x.requireBySignature(t, "without "+name, without(x.sealed, name))
			}
		}
	})
	t.Run("a key attribute of another type with the same text in the context", func(t *testing.T) {
		s := underKMS()
		for _, c := range []struct{ id, forged types.AttributeValue }{{str("5"), num("5")}, {num("5"), str("5")}, {str("aGk="), bin([]byte("hi")...)}, {bin([]byte("hi")...), str("aGk=")}} {
			shape := shapes(false)[0]
			item := with(shape.item, crypto.Item{"id": c.id})
			table := s.table(orders, shape.actions)
			x := &target{setup: s, shape: shape, table: table, sealed: must(table.EncryptItem(t.Context(), item)), tried: new(atomic.Int64), every: 1}
			x.requireBySignature(t, fmt.Sprintf("%T", c.forged), with(x.sealed, crypto.Item{"id": c.forged}))
		}
	})
}

// A bit of the description changed gives a refusal before anything is decrypted,
// or the same item.
func TestEveryBitOfADescriptionOfAServiceIsHarmless(t *testing.T) {
	for _, s := range remoteSetups() {
		t.Run(s.name, func(t *testing.T) {
			d := newDescribed(s, user(), userActions)
			own := stored(d.sealed, crypto.DefaultDescriptionAttribute)
			accepted := 0
			for i := range 8 * len(own) {
				changed := bytes.Clone(own)
				changed[i/8] ^= 1 << (i % 8)
				s.counts.reset()
				plain, err := d.table.DecryptItem(context.Background(), d.withDescription(changed))
				if err == nil {
					require.Equal(t, d.plain, plain)
					accepted++
					continue
				}
				switch class := classOf(err); {
				case class == crypto.ErrCorrupt && s.kms == nil: // the wrapped key, which the signature does not cover
				case class == crypto.ErrKeyUnavailable && s.kms == nil: // a version that does not exist
				case class == crypto.ErrDescription, class == crypto.ErrAlgorithm, class == crypto.ErrSignature && s.kms != nil:
					require.Zero(t, s.counts.unwrapped.Load()+s.counts.decrypted.Load())
				default:
					require.FailNow(t, "wrong class", "bit %d: %v", i, err)
				}
			}
			require.Less(t, accepted, len(own)*4, "more than entries that nobody reads")
		})
	}
}
