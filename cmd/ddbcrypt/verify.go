package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/ddbcrypt/ddbcrypt/internal/config"
)

func verifyCommand(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "verify [FILE…]",
		Short: "Verify the signatures of items",
		Long: `Verify items without decrypting them. A provider of type static or wrapped needs
verification_key (by default signing_key), which may be a public key. Good items print nothing; the exit code
is 0 if all are good.`,
		Example: `  ddbcrypt item verify --config users.yaml --verbose encrypted.jsonl`,
		RunE: func(cmd *cobra.Command, files []string) error {
			table, c, err := s.table(cmd.Context(), config.Verify)
			if err != nil {
				return err
			}
			s.warnIfNothing(c)
			return s.stream(cmd.Context(), files, "verified", func(ctx context.Context, in input) ([]byte, error) {
				return nil, table.VerifyItem(ctx, in.Item)
			})
		},
	}
}
