package main

import (
	"github.com/spf13/cobra"

	"github.com/ddbcrypt/ddbcrypt/internal/config"
)

func (s *metastoreSession) rotateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Make the next version of a material",
		Long: `Make the next version of a material, with new keys, and print its number: from
then on items are encrypted under it, by each process when its time to live is
over. Items under older versions stay readable. A material without any version
gets version 0. It needs the keys that write the store's rows.`,
		Example: `  ddbcrypt metastore rotate --config users.yaml`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			store, err := s.store(ctx, config.WriteStore)
			if err != nil {
				return err
			}
			name, err := s.materialName(store)
			if err != nil {
				return err
			}
			_, number, err := store.NewProvider(ctx, name)
			if err != nil {
				return storeFailed(ctx, err)
			}
			made := materialVersion{name, number}
			return s.print(made.String(), made)
		},
	}
	s.materialFlag(cmd, "`NAME` of the material (default provider.material_name)")
	return cmd
}
