package crypto_test

import (
	"context"
	"testing"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

func BenchmarkQuick(b *testing.B) {
	ctx := context.Background()
	tab, _ := crypto.NewEncryptor(staticProvider(b)).For(users, userActions)
	sealed, _ := tab.EncryptItem(ctx, user())
	item := user()
	b.Run("enc", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tab.EncryptItem(ctx, item)
		}
	})
	b.Run("dec", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			tab.DecryptItem(ctx, sealed)
		}
	})
}
