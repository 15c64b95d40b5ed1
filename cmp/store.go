package cmp

import "context"

// A ProviderStore keeps numbered versions of providers under material names.
// Package metastore has one over a DynamoDB table. Implementations are safe for
// concurrent use and respect the context; each method but VersionFromDescription
// may ask a service. An error without a failure class counts as
// [ErrKeyUnavailable].
//
// Source: developer guide, "Provider store".
type ProviderStore interface {
	// MaxVersion returns the newest version of the material, or -1 if there is
	// none.
	MaxVersion(ctx context.Context, materialName string) (int64, error)

	// Provider returns a version that exists; one that does not is an
	// [ErrKeyUnavailable].
	Provider(ctx context.Context, materialName string, version int64) (Provider, error)

	// GetOrCreateProvider returns a version and creates it if it does not
	// exist. Of several that create it at once one wins, and all get the same
	// keys.
	GetOrCreateProvider(ctx context.Context, materialName string, version int64) (Provider, error)

	// VersionFromDescription returns the version of the material that an item
	// was encrypted with. A description that names none, or another material,
	// is an [ErrDescription].
	VersionFromDescription(materialName string, description MaterialDescription) (int64, error)
}
