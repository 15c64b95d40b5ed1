package crypto

import (
	"crypto/cipher"
	"crypto/sha256"
	"hash"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/cbc"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// entry is an attribute of an item that takes part. Items of many tiny
// attributes must not cost many times their size, so there is no value in it.
type entry struct {
	name  string
	known *attribute // nil for the default action
}

// scratch is what the work on one item needs and the next item can use again.
type scratch struct {
	entries []entry
	values  []types.AttributeValue // of the entries, unless nil
	hasher  *tlv.Hasher
	decoder tlv.Decoder
	digest  digest
	buf     []byte
	out     []byte
	ivs     []byte
	spans   []int
	plain   []byte // decrypted; cleared after use

	mac       kept[cmp.HMACKey, hash.Hash]
	encrypter kept[cmp.AESKey, *cbc.Encrypter]
	decrypter kept[cmp.AESKey, *cbc.Decrypter]
}

func newScratch() *scratch { return &scratch{hasher: tlv.NewHasher()} }

// maxPooledEntries bounds what a pooled scratch holds on to, and up to where it
// is worth to remember values.
const maxPooledEntries = 1 << 10

// maxPooledBytes is the largest item that DynamoDB stores, and some more.
const maxPooledBytes = 512 << 10

func (t *table) getScratch() *scratch { return t.scratch.Get().(*scratch) }

func (t *table) putScratch(s *scratch) {
	if cap(s.entries) > maxPooledEntries {
		s.entries = nil
	}
	if cap(s.plain) > maxPooledBytes {
		s.plain = nil
	}
	clear(s.entries)
	clear(s.values)
	s.decoder.Release()
	s.hasher.Release()
	t.scratch.Put(s)
}

// value returns the value of entry i, which is item's.
func (s *scratch) value(i int, item Item) types.AttributeValue {
	if len(s.values) > 0 {
		return s.values[i]
	}
	return item[s.entries[i].name]
}

// sort puts the entries in another order.
func (s *scratch) sort(order tlv.Order) {
	clear(s.values)
	s.values = s.values[:0]
	sortEntries(s.entries, order)
}

func sortEntries(entries []entry, order tlv.Order) {
	if order == tlv.UTF8Order {
		slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
		return
	}
	slices.SortFunc(entries, func(a, b entry) int { return order.CompareStrings(a.name, b.name) })
}

// nameDigest returns the digest of an attribute name, computed for names that
// the actions don't have.
func (s *scratch) nameDigest(e entry) *digest {
	if e.known != nil {
		return &e.known.digest
	}
	s.buf = append(s.buf[:0], e.name...)
	s.digest = sha256.Sum256(s.buf)
	return &s.digest
}

// newHash returns the hash that a key's digest interface wants, again the same
// one for an HMAC key.
func (s *scratch) newHash(key interface{ NewHash() hash.Hash }) hash.Hash {
	hmacKey, ok := key.(*cmp.HMACKey)
	if !ok {
		return key.NewHash()
	}
	mac := s.mac.get(hmacKey, hmacKey.NewHash)
	mac.Reset()
	return mac
}

// kept is what works under a key. It is kept only once the same key comes a second
// time: keys of one item are not.
type kept[K, W any] struct {
	key    *K
	worker W
	last   uintptr // where the last key was: it keeps no key alive
}

func (k *kept[K, W]) get(key *K, create func() W) W {
	if k.key == key {
		return k.worker
	}
	worker := create()
	var none W
	k.key, k.worker = nil, none
	if at := address(key); k.last == at {
		k.key, k.worker = key, worker
	} else {
		k.last = at
	}
	return worker
}

// address tells things apart as long as both are there. Another one may come to
// stand in the same place later.
func address[T any](p *T) uintptr { return reflect.ValueOf(p).Pointer() }

// forKey returns what works under a block cipher, again the same for an AES key.
func forKey[W any](k *kept[cmp.AESKey, *W], key cmp.BlockKey, create func(cipher.Block) W) *W {
	build := func() *W {
		worker := create(key.Block())
		return &worker
	}
	if aesKey, ok := key.(*cmp.AESKey); ok {
		return k.get(aesKey, build)
	}
	return build()
}
