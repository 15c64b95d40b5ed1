package crypto

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// The string to sign (docs/wire-format.md §5) is a concatenation of digests: of the
// table name, and for each attribute in order of its name, of what its action
// leaves in the table, and of its value as stored.
var (
	digestEncrypted = sha256.Sum256([]byte("ENCRYPTED"))
	digestPlaintext = sha256.Sum256([]byte("PLAINTEXT"))
)

// What the published clients sign where there is no table name.
const (
	noTablePython = "None"
	noTableJava   = "null"
)

// tableDigest is the digest of the table name in a form.
func (t *table) tableDigest(form canonicalForm) digest {
	if form.table == t.encryption.TableName {
		return t.nameDigest
	}
	return tableDigest(form.table)
}

func tableDigest(name string) digest { return sha256.Sum256([]byte("TABLE>" + name + "<TABLE")) }

// canonicalForm is one of the ways in which a client may have signed an item.
type canonicalForm struct {
	order tlv.Order
	table string
}

// form is the one in which this table's items are written.
func (t *table) form() canonicalForm {
	f := canonicalForm{t.encryptor.options.order, t.encryption.TableName}
	if f.table == "" {
		f.table = noTablePython
		if f.order == tlv.UTF16Order {
			f.table = noTableJava
		}
	}
	return f
}

// otherForms are the others in which an item of this table may have been
// signed. Any of them covers the whole item.
func (t *table) otherForms(orderMatters bool) []canonicalForm {
	tables := []string{t.encryption.TableName}
	if t.encryption.TableName == "" {
		tables = []string{noTablePython, noTableJava}
	}
	orders := []tlv.Order{t.encryptor.options.order}
	if orderMatters {
		orders = []tlv.Order{tlv.UTF8Order, tlv.UTF16Order}
	}
	own := t.form()
	var forms []canonicalForm
	for _, order := range orders {
		for _, table := range tables {
			if f := (canonicalForm{order, table}); f != own {
				forms = append(forms, f)
			}
		}
	}
	return forms
}

func actionDigest(a Action) []byte {
	if a == EncryptAndSign {
		return digestEncrypted[:]
	}
	return digestPlaintext[:]
}

// signChunk is how much of a string to sign is gathered before it is hashed.
const signChunk = 2 << 10

// writeStringToSign writes the string to sign of a stored item, whose signed
// attributes s.entries holds in the form's order.
func (t *table) writeStringToSign(w io.Writer, s *scratch, item Item, form canonicalForm) error {
	d := t.tableDigest(form)
	s.out = append(s.out[:0], d[:]...)
	for i, e := range s.entries {
		if len(s.out) >= signChunk {
			_, _ = w.Write(s.out)
			s.out = s.out[:0]
		}
		action := t.action(e.name, e.known)
		s.out = append(s.out, s.nameDigest(e)[:]...)
		s.out = append(s.out, actionDigest(action)...)
		var err error
		if s.out, err = s.valueDigest(s.out, s.value(i, item), action, form.order); err != nil {
			return &attributeError{e.name, err}
		}
	}
	_, _ = w.Write(s.out)
	return nil
}

var errNotBinary = errors.New("an encrypted value is binary, this is not")

// valueDigest appends the digest of a value as stored.
func (s *scratch) valueDigest(dst []byte, v types.AttributeValue, action Action, order tlv.Order) ([]byte, error) {
	if isBinary(v) {
		return s.hasher.SumBinary(dst, v.(*types.AttributeValueMemberB).Value), nil
	}
	if action == EncryptAndSign {
		return dst, errNotBinary
	}
	return s.hasher.Sum(dst, v, order)
}

// message gathers the string to sign for keys that want it whole.
type message []byte

func (m *message) Write(p []byte) (int, error) {
	*m = append(*m, p...)
	return len(p), nil
}

// sign returns the signature of an item that is ready to be stored, perhaps in
// the room that room has.
func (t *table) sign(ctx context.Context, s *scratch, item Item, key cmp.SigningKey, room []byte) ([]byte, error) {
	if signer, ok := key.(cmp.DigestSigner); ok {
		h := s.newHash(signer)
		if err := t.writeStringToSign(h, s, item, t.form()); err != nil {
			return nil, err
		}
		signature, err := signer.SignDigest(ctx, h.Sum(room[:0]))
		return signature, keyError("sign", err)
	}
	var m message
	if err := t.writeStringToSign(&m, s, item, t.form()); err != nil {
		return nil, err
	}
	signature, err := key.Sign(ctx, m)
	return signature, keyError("sign", err)
}

// verify checks the signature of a stored item in each form that it may have.
// s.entries holds its signed attributes.
func (t *table) verify(ctx context.Context, s *scratch, item Item, key cmp.VerificationKey, signature []byte) error {
	err := t.verifyForm(ctx, s, item, key, signature, t.form())
	if !errors.Is(err, ErrSignature) {
		return err
	}
	if _, unsignable := errors.AsType[*attributeError](err); unsignable { // in every form
		return err
	}
	forms := t.otherForms(orderMatters(s.entries, item))
	for _, form := range forms {
		s.sort(form.order)
		other := t.verifyForm(ctx, s, item, key, signature, form)
		if !errors.Is(other, ErrSignature) {
			return other
		}
	}
	return err
}

func (t *table) verifyForm(ctx context.Context, s *scratch, item Item, key cmp.VerificationKey, signature []byte, form canonicalForm) error {
	verifier, ok := key.(cmp.DigestVerifier)
	if !ok {
		var m message
		if err := t.writeStringToSign(&m, s, item, form); err != nil {
			return notOfThisItem(err)
		}
		return keyError("verify", key.Verify(ctx, m, signature))
	}
	h := s.newHash(verifier)
	if err := t.writeStringToSign(h, s, item, form); err != nil {
		return notOfThisItem(err)
	}
	s.out = h.Sum(s.out[:0])
	return keyError("verify", verifier.VerifyDigest(ctx, s.out, signature))
}

// notOfThisItem makes a value that cannot have been signed a failed signature.
func notOfThisItem(err error) error {
	var a *attributeError
	errors.As(err, &a)
	return &attributeError{a.name, fmt.Errorf("%w: %w", ErrSignature, a.err)}
}

// orderMatters reports whether the two canonical orders can differ for an item.
func orderMatters(entries []entry, item Item) bool {
	return slices.ContainsFunc(entries, func(e entry) bool {
		return tlv.Matters(e.name) || tlv.OrderMatters(item[e.name])
	})
}

// checkNames refuses names that have no one serialization.
func checkNames(entries []entry) error {
	for _, e := range entries {
		if e.known == nil && !utf8.ValidString(e.name) {
			return &attributeError{e.name, errNameUTF8}
		}
	}
	return nil
}

var errNameUTF8 = errors.New("its name is not valid UTF-8")

// keyError gives an error of a key its failure class, unless it has one.
func keyError(doing string, err error) error {
	if err == nil || cmp.FailureClass(err) != nil {
		return err
	}
	return fmt.Errorf("%w: %s: %w", ErrKeyUnavailable, doing, err)
}
