package cmp_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
)

// moved is an alias that is moved from one key to another while providers use it.
type moved struct {
	*memkms.KMS
	before, after string // the keys
	alias         string // its name or ARN
}

func newMoved(t testing.TB, alias string) *moved {
	double := memkms.New()
	m := &moved{double, double.CreateKey(ireland), double.CreateKey(ireland), alias}
	require.NoError(t, double.CreateAlias(ireland, "alias/app", m.before))
	return m
}

func (m *moved) move(t testing.TB) {
	require.NoError(t, m.UpdateAlias(ireland, "alias/app", m.after))
	m.ResetCalls()
}

// under returns the description of an item that another process encrypted.
func (m *moved) under(t testing.TB, key string) cmp.MaterialDescription {
	return seal(t, newKMS(t, m.Client(ireland), key), toEncrypt())
}

func (m *moved) provider(t testing.TB, options ...cmp.Option) *cmp.KMS {
	return newKMS(t, m.Client(ireland), m.alias, options...)
}

func TestAnAliasThatIsMoved(t *testing.T) {
	for _, alias := range []string{"alias/app", "arn:aws:kms:eu-west-1:111122223333:alias/app"} {
		t.Run(alias, func(t *testing.T) { testMovedAlias(t, alias) })
	}
}

// describing answers DescribeKey with what a test wants, and runs later after
// each answer of Decrypt.
type describing struct {
	*kms.Client
	output *kms.DescribeKeyOutput
	later  func()
}

func (d *describing) DescribeKey(context.Context, *kms.DescribeKeyInput, ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	return d.output, nil
}

func (d *describing) Decrypt(ctx context.Context, input *kms.DecryptInput, options ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	output, err := d.Client.Decrypt(ctx, input, options...)
	if d.later != nil {
		d.later()
	}
	return output, err
}

func TestDescribeKeyFails(t *testing.T) {
	const alias = "alias/app"
	// reader has seen the old key, and there is an item under the new one.
	reader := func(t *testing.T) (*moved, *cmp.KMS, cmp.MaterialDescription) {
		m := newMoved(t, alias)
		p := newKMS(t, m.Client(ireland, attempts(1)), alias)
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.before))))
		m.move(t)
		return m, p, m.under(t, m.after)
	}
	for _, code := range []string{"ThrottlingException", "AccessDeniedException", "KMSInternalException"} {
		t.Run(code+" is the reason that is given", func(t *testing.T) {
			m, p, sealed := reader(t)
			m.Inject(func(r memkms.Request) memkms.Fault {
				if r.Operation == "DescribeKey" {
					return memkms.Fault{Code: code}
				}
				return memkms.Fault{}
			})
			err := open(t, p, toDecrypt(sealed))
			requireKMSError(t, cmp.ErrKeyUnavailable, "DescribeKey", alias, err)
			api, ok := errors.AsType[smithy.APIError](err)
			require.True(t, ok)
			assert.Equal(t, code, api.ErrorCode())
		})
	}
	t.Run("a caller that is cancelled meanwhile is told so, and the next one asks again", func(t *testing.T) {
		m, p, sealed := reader(t)
		ctx, cancel := context.WithCancel(context.Background())
		m.Inject(func(r memkms.Request) memkms.Fault {
			if r.Operation == "DescribeKey" {
				cancel()
				return memkms.Fault{Latency: time.Hour}
			}
			return memkms.Fault{}
		})
		_, err := p.DecryptionMaterials(ctx, toDecrypt(sealed))
		requireKMSError(t, cmp.ErrKeyUnavailable, "DescribeKey", alias, err)
		require.ErrorIs(t, err, context.Canceled)
		m.Inject(nil)
		require.NoError(t, open(t, p, toDecrypt(sealed)))
	})
	for name, output := range map[string]*kms.DescribeKeyOutput{
		"nothing": nil, "no metadata": {}, "no ARN": {KeyMetadata: &kmstypes.KeyMetadata{}}, "no key ARN": {KeyMetadata: &kmstypes.KeyMetadata{Arn: aws.String("nonsense")}},
	} {
		t.Run("an answer with "+name+" is refused", func(t *testing.T) {
			m := newMoved(t, alias)
			p := newKMS(t, &describing{Client: m.Client(ireland), output: output}, alias)
			require.NoError(t, open(t, p, toDecrypt(m.under(t, m.before))))
			m.move(t)
			requireKMSError(t, cmp.ErrKeyUnavailable, "DescribeKey", alias, open(t, p, toDecrypt(m.under(t, m.after))))
		})
	}
}

// An answer may be on its way while the alias is moved and another caller learns
// of that.
func TestAnAnswerFromBeforeTheMove(t *testing.T) {
	m := newMoved(t, "alias/app")
	client := &describing{Client: m.Client(ireland)}
	p := newKMS(t, client, "alias/app", cmp.WithDecryptionKeys(m.before))
	old := seal(t, p, toEncrypt())
	client.later = func() {
		client.later = nil
		m.move(t)
		seal(t, p, toEncrypt())
	}
	require.NoError(t, open(t, p, toDecrypt(old)))
}

func testMovedAlias(t *testing.T, alias string) {
	t.Run("a process that saw neither key opens items under the new one", func(t *testing.T) {
		m := newMoved(t, alias)
		old := m.under(t, m.before)
		m.move(t)
		p := m.provider(t)
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.after))))
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.after))))
		assert.Zero(t, m.Count("DescribeKey"))
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", alias, open(t, p, toDecrypt(old)))
	})
	t.Run("a reader that saw the old key asks KMS once what the alias stands for", func(t *testing.T) {
		m := newMoved(t, alias)
		p := m.provider(t)
		old := m.under(t, m.before)
		require.NoError(t, open(t, p, toDecrypt(old)))
		require.NoError(t, open(t, p, toDecrypt(old)))
		assert.Zero(t, m.Count("DescribeKey"))
		m.move(t)
		for range 3 {
			require.NoError(t, open(t, p, toDecrypt(m.under(t, m.after))))
		}
		assert.Equal(t, 1, m.Count("DescribeKey"))
		for _, call := range m.Calls() {
			if call.Operation == "DescribeKey" {
				assert.Equal(t, alias, call.KeyID)
				assert.Contains(t, call.UserAgent, "ddbcrypt")
			}
		}
		err := open(t, p, toDecrypt(old))
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", alias, err)
		assert.ErrorContains(t, err, "among the decryption keys")
	})
	t.Run("a reader that also writes learns of the new key by that", func(t *testing.T) {
		m := newMoved(t, alias)
		p := m.provider(t)
		old := seal(t, p, toEncrypt())
		require.NoError(t, open(t, p, toDecrypt(old)))
		m.move(t)
		require.NoError(t, open(t, p, toDecrypt(seal(t, p, toEncrypt()))))
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.after))))
		assert.Zero(t, m.Count("DescribeKey"))
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", alias, open(t, p, toDecrypt(old)))
	})
	t.Run("the old key opens its items where it is listed", func(t *testing.T) {
		m := newMoved(t, alias)
		p := m.provider(t, cmp.WithDecryptionKeys(m.before))
		old := seal(t, p, toEncrypt())
		m.move(t)
		for range 2 {
			require.NoError(t, open(t, p, toDecrypt(old)))
			require.NoError(t, open(t, p, toDecrypt(m.under(t, m.after))))
		}
	})
	t.Run("it may come back", func(t *testing.T) {
		m := newMoved(t, alias)
		p := m.provider(t)
		old := seal(t, p, toEncrypt())
		m.move(t)
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.after))))
		require.NoError(t, m.UpdateAlias(ireland, "alias/app", m.before))
		require.NoError(t, open(t, p, toDecrypt(old)))
	})
	t.Run("without permission to ask, a reader refuses the new key until it writes", func(t *testing.T) {
		m := newMoved(t, alias)
		p := m.provider(t)
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.before))))
		m.move(t)
		m.Deny(memkms.Rule{Operation: "DescribeKey"})
		sealed := m.under(t, m.after)
		for range 3 {
			err := open(t, p, toDecrypt(sealed))
			requireKMSError(t, cmp.ErrKeyUnavailable, "DescribeKey", alias, err)
			assert.ErrorContains(t, err, "the caller needs the permission kms:DescribeKey")
		}
		assert.Equal(t, 1, m.Count("DescribeKey"), "not again at once")
		seal(t, p, toEncrypt())
		require.NoError(t, open(t, p, toDecrypt(sealed)))
	})
	t.Run("without permission to ask, a listed key opens", func(t *testing.T) {
		m := newMoved(t, alias)
		p := m.provider(t, cmp.WithDecryptionKeys(m.after))
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.before))))
		m.move(t)
		m.Deny(memkms.Rule{Operation: "DescribeKey"})
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.after))))
		assert.Zero(t, m.Count("DescribeKey"))
	})
	t.Run("many readers ask once", func(t *testing.T) {
		m := newMoved(t, alias)
		p := m.provider(t)
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.before))))
		m.move(t)
		sealed := m.under(t, m.after)
		m.ResetCalls()
		m.Inject(func(r memkms.Request) memkms.Fault {
			if r.Operation == "DescribeKey" {
				return memkms.Fault{Latency: 50 * time.Millisecond}
			}
			return memkms.Fault{}
		})
		var group errgroup.Group
		for range 100 {
			group.Go(func() error {
				_, err := p.DecryptionMaterials(t.Context(), toDecrypt(sealed))
				return err
			})
		}
		require.NoError(t, group.Wait())
		assert.Equal(t, 1, m.Count("DescribeKey"))
	})
	t.Run("so does one whose client cannot ask", func(t *testing.T) {
		m := newMoved(t, alias)
		p := newKMS(t, withoutDescribe{m.Client(ireland)}, alias)
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.before))))
		m.move(t)
		err := open(t, p, toDecrypt(m.under(t, m.after)))
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", alias, err)
		assert.ErrorContains(t, err, m.after)
		assert.Zero(t, m.Count("DescribeKey"))
		seal(t, p, toEncrypt())
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.after))))
	})
	t.Run("a key that the alias does not stand for is refused", func(t *testing.T) {
		m := newMoved(t, alias)
		p := m.provider(t)
		require.NoError(t, open(t, p, toDecrypt(m.under(t, m.before))))
		sealed := m.under(t, m.before)
		m.Inject(func(memkms.Request) memkms.Fault { return memkms.Fault{KeyID: m.after} })
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", alias, open(t, p, toDecrypt(sealed)))
		m.Inject(nil)
		require.NoError(t, open(t, p, toDecrypt(sealed)), "nor is it taken for the alias's then")
	})
	t.Run("an alias that is gone is an error of KMS", func(t *testing.T) {
		m := newMoved(t, alias)
		sealed := m.under(t, m.before)
		p := newKMS(t, m.Client(ireland), alias+"2")
		err := open(t, p, toDecrypt(sealed))
		requireKMSError(t, cmp.ErrKeyUnavailable, "Decrypt", alias+"2", err)
		assert.ErrorContains(t, err, "check the key ID and the Region")
	})
}
